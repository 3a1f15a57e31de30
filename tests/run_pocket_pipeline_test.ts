import {
  adam,
  clip,
  constant,
  crossEntropy,
  derive,
  errorGuided,
  experiment,
  latentError,
  linear,
  pocket,
  square,
  vae,
} from "../mod.ts";
import { closeBackend, useBackend } from "../lib/engine/backend.ts";
import { openSafetensors } from "../lib/engine/safetensors.ts";
import { events, run, type RunOptions } from "../lib/run.ts";
import { imageOf } from "../lib/data/source.ts";
import { detect } from "../lib/detect/detect.ts";
import { encodeImage } from "../lib/image/encode.ts";
import { readSamples } from "../lib/layouts/mod.ts";
import { namesIn } from "../lib/reconstruct/artifacts.ts";
import { evaluate } from "../lib/evaluate_run.ts";
import { assert, assertEquals, assertRejects } from "./assert.ts";
import { inFolder } from "./runs/example.ts";
import { testBackend } from "./tensors.ts";

await useBackend(testBackend);
Deno.test.afterAll(closeBackend);

const some = pocket({ generators: ["latent-nearest"], limit: { perClass: 6, seed: 1 } });

/** LaRE² on the pocket world: both that it looks at are shipped. */
const lare = experiment({
  name: "pocket LaRE²",
  data: {
    train: [some],
    validation: [some],
    test: [pocket({ generators: ["gan-transposed"], limit: { perClass: 2, seed: 1 } })],
  },
  view: square({ size: 64 }),
  model: {
    backbone: clip({ variant: "pocket", weights: "pocket/clip" }),
    refine: errorGuided({ map: latentError({ model: "pocket", size: 64, ensemble: 2 }), channels: 128, side: 4 }),
    head: linear({ classes: 2 }),
  },
  loss: { classification: crossEntropy() },
  optimizer: adam({ rate: 1e-4 }),
  schedule: constant(),
  batch: { size: 8 },
  epochs: 1,
});

const options = (folder: string): RunOptions => ({
  ...{ runs: `${folder}/runs`, artifacts: `${folder}/artifacts`, backend: testBackend, workers: 0 },
});

Deno.test("error maps of the shipped pipeline are made by a run with nothing but its definition, and by an evaluation", () =>
  inFolder(async (folder) => {
    const told = await Array.fromAsync(events(lare, options(folder)));
    assert(told.some((event) => event.kind === "making" && event.part === "latentError"), "nothing was made");
    const done = told.at(-1)!;
    assert(done.kind === "done" && done.record.status === "done");
    const [made] = (await Array.fromAsync(Deno.readDir(`${folder}/artifacts`))).filter(({ name }) =>
      name.startsWith("latentError-")
    );
    const files: string[] = [];
    for await (const file of walk(`${folder}/artifacts/${made.name}`)) {
      if (file.endsWith(".safetensors")) files.push(file);
    }
    // of training, of validation with what the world ships as its reconstructions, of the test
    assertEquals(files.length, 12 + 2 * 12 + 4);
    using map = openSafetensors(files[0]);
    const { shape, data } = map.tensors.get("map")!;
    assertEquals([...shape], [4, 32, 32]);
    assert((data as Float32Array).every((value) => Number.isFinite(value) && value >= 0));
    const found = await evaluate(done.record, { ...options(folder), test: [some] });
    assertEquals(found.unreadable.length, 0);
    // what is missing of an image that is given is made for it, in a folder of its own
    const photograph = await imageOf(
      (await Array.fromAsync(readSamples(some, { data: null, split: "test", tell: () => {} })))[0].file,
    );
    await Deno.writeFile(`${folder}/a.png`, await encodeImage(photograph, { format: "png" }));
    await Deno.writeTextFile(`${folder}/b.png`, "no image");
    const before = await namesIn(`${folder}/artifacts/${made.name}`);
    const judged = await Array.fromAsync(
      detect(done.record, [`${folder}/a.png`, `${folder}/b.png`], { ...options(folder), data: null }),
    );
    assert("probability" in judged[0] && judged[0].probability >= 0, JSON.stringify(judged[0]));
    assert("error" in judged[1], JSON.stringify(judged[1]));
    assertEquals(await namesIn(`${folder}/artifacts/${made.name}`), before);
    // one that is not shipped is still asked for
    const other = derive(lare, { model: { refine: { map: { model: "sd15" } } } });
    await assertRejects(() => run(other, options(folder)), Deno.errors.NotFound, "--pipelines DIR");
  }));

Deno.test("reconstructions by the shipped autoencoder are made by a run, of patches of their own size", () =>
  inFolder(async (folder) => {
    const rebuilt = derive(lare, { name: "rebuilt", model: { refine: null }, reconstruct: vae({ model: "pocket" }) });
    const record = await run(rebuilt, options(folder));
    assertEquals(record.status, "done");
    assert(record.history.every(({ distances }) => distances !== null && distances.fake !== null));
  }));

async function* walk(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* walk(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}
