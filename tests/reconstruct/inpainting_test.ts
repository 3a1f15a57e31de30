import { artifactFolder } from "../../lib/reconstruct/artifacts.ts";
import { findReconstructions, inpainting } from "../../lib/reconstruct/mod.ts";
import type { Label, Sample } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";

function sample(id: string, label: Label): Sample {
  const generator = label === "fake" ? "sd14" : null;
  return { id, file: `/data/${id}`, label, source: id, generator, set: "sd14", split: "train", caption: null };
}

const samples = [sample("set/nature/a.JPEG", "real"), sample("set/ai/b.png", "fake")];
const nothing = () => Promise.reject(new Error("not asked for"));

Deno.test("inpainting() finds its results below the fingerprint of the part", async () => {
  const artifacts = await Deno.makeTempDir();
  const spec = inpainting({ model: "sd1", of: "real" });
  try {
    const folder = `${artifacts}/${artifactFolder(spec)}`;
    await Deno.mkdir(`${folder}/set/nature`, { recursive: true });
    await Deno.writeTextFile(`${folder}/set/nature/a.JPEG.png`, "");
    const [real, fake] = await findReconstructions(spec, samples, { artifacts, shipped: nothing });
    assertEquals(fake, null);
    assertEquals(real, {
      ...samples[0],
      id: "set/nature/a.JPEG@inpainting-sd1",
      file: `${folder}/set/nature/a.JPEG.png`,
      label: "fake",
      generator: "inpainting-sd1",
    });
    const both = () =>
      findReconstructions(inpainting({ ...spec, of: "both" }), samples, { artifacts, shipped: nothing });
    const error = await assertRejects(both, Deno.errors.NotFound, `of 1 of 2 samples in "${folder}"`);
    assert(error.message.includes('the first is "set/ai/b.png.png"'));
    assert(error.message.includes("runwayml/stable-diffusion-inpainting with 50 steps, guidance 7.5, seed 2023"));
  } finally {
    await Deno.remove(artifacts, { recursive: true });
  }
});

Deno.test("inpainting() refuses what does not exist", () => {
  // @ts-expect-error a model that is not there
  assertThrows(() => inpainting({ model: "sd11" }), RangeError, 'did you mean "sd1"?');
  // @ts-expect-error no model
  assertThrows(() => inpainting(), TypeError, 'missing option "model"');
  assertThrows(() => inpainting({ model: "sd2", steps: 0 }), RangeError, "given 0, expected a whole number ≥ 1");
});
