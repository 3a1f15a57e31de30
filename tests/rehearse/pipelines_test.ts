import { makeLacking } from "../../lib/data/lacking.ts";
import { makersIn } from "../../lib/data/pipeline_maker.ts";
import type { Part } from "../../lib/definition/part.ts";
import { derive } from "../../lib/experiment.ts";
import { ddim, inpainting, latentError, residual, vae } from "../../lib/reconstruct/mod.ts";
import { pipelinesOf, writePipeline } from "../../lib/rehearse/pipelines.ts";
import { picture } from "../../lib/rehearse/pictures.ts";
import { openTokenizer } from "../../lib/tokenizer/mod.ts";
import type { Sample } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { tinyRecipe } from "./tiny_recipe.ts";

Deno.test("a made-up pipeline carries out every method, and the same images come of it every time", async () => {
  await inFolder(async (folder) => {
    const asked = [{ model: "sd1", inpainting: true }, { model: "sd15", inpainting: false }];
    for (const pipeline of asked) await writePipeline(pipeline, `${folder}/pipelines`);
    const about = { label: "real", source: "a", generator: null, set: null, split: "train", caption: "a cat" } as const;
    const sample: Sample = { id: "a.jpg", file: `${folder}/a.jpg`, ...about };
    await Deno.writeFile(sample.file, await picture("a.jpg", "real"));
    const parts: Part[] = [
      inpainting({ model: "sd1", steps: 2 }),
      ddim({ model: "sd15", steps: 2 }),
      vae({ model: "sd15" }),
      latentError({ model: "sd15", ensemble: 2 }),
    ];
    for (const part of parts) {
      const made: Record<string, number> = {};
      const reported = (of: Part, report: { made: number }) => void (made[of.kind] = report.made);
      const work = makeLacking(part, [sample], {
        ...{ name: "made up", artifacts: `${folder}/artifacts`, open: makersIn(`${folder}/pipelines`) },
        how: { wait: true, reported },
      });
      await Array.fromAsync(work);
      assertEquals(made, { [part.kind]: 1 });
    }
    const before = await Deno.readFile(`${folder}/pipelines/sd1/unet/model.onnx`);
    await writePipeline(asked[0], `${folder}/pipelines`);
    assertEquals(await Deno.readFile(`${folder}/pipelines/sd1/unet/model.onnx`), before);
    const { encode } = await openTokenizer({ folder: `${folder}/pipelines/sd1/tokenizer` });
    const numbers = encode("a cat");
    assertEquals([numbers.length, numbers[0], numbers.at(-1)], [77, 49406, 49407]);
    assert(numbers.every((number) => number < 49408));
  });
});

Deno.test("pipelinesOf() names what reconstructions, residuals and error maps are made with, each once", () => {
  const recipe = tinyRecipe();
  assertEquals(pipelinesOf(recipe), [{ model: "sd1", inpainting: true }]);
  assertEquals(pipelinesOf({ ...recipe, reconstruct: residual({ of: vae({ model: "ldm" }) }) }), [
    { model: "ldm", inpainting: false },
  ]);
  assertEquals(pipelinesOf({ ...recipe, reconstruct: null }), []);
  const other = derive(recipe, { reconstruct: inpainting({ model: "mine" }) });
  assertEquals(pipelinesOf(other), [{ model: "mine", inpainting: true }]);
});
