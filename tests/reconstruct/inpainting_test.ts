import { artifactFolder } from "../../lib/reconstruct/artifacts.ts";
import { drawBatch } from "../../lib/reconstruct/draws.ts";
import { inpaint } from "../../lib/reconstruct/inpainting.ts";
import { findReconstructions, inpainting } from "../../lib/reconstruct/mod.ts";
import { addNoise } from "../../lib/reconstruct/noise/mod.ts";
import { valuesOfImages } from "../../lib/reconstruct/prepare.ts";
import type { Label, Sample } from "../../lib/types.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { distance } from "../golden_kinds/cases.ts";
import { fakePipeline, noisyImage, sayNothing as telling } from "./fake_pipeline.ts";

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
    assert(error.message.includes('in which "sd1" is runwayml/stable-diffusion-inpainting ("sd1") as ONNX'));
    const command =
      "deno task reconstruct --data DIR --method inpainting --steps 50 --guidance 7.5 --seed 2023 --pipeline";
    assert(error.message.endsWith(`${command} DIR/sd1`), error.message);
  } finally {
    await Deno.remove(artifacts, { recursive: true });
  }
});

Deno.test("inpainting() refuses what does not exist", () => {
  // @ts-expect-error no model
  assertThrows(() => inpainting(), TypeError, 'missing option "model"');
  assertThrows(
    () => inpainting({ model: "of/others" }),
    RangeError,
    'given "of/others", expected the name of a folder',
  );
  assertThrows(() => inpainting({ model: "sd2", steps: 0 }), RangeError, "given 0, expected a whole number ≥ 1");
  assertThrows(
    // @ts-expect-error a scheduler that leads the other way
    () => inpainting({ model: "sd2", scheduler: "ddimInverse" }),
    RangeError,
    "the choices are ddim, dpmSolver, euler, pndm",
  );
});

Deno.test("what was made before keeps its folder", () => {
  assertEquals(artifactFolder(inpainting({ model: "sd1" })), "inpainting-73d8472ef83d");
  const others = inpainting({ model: "sdxl", steps: 10, guidance: 3, seed: 1, of: "real" });
  assertEquals(artifactFolder(others), "inpainting-32fd9312bca8");
});

const beginning = [0, 1].map((i) => ({ id: `${i}`, image: noisyImage(i, { width: 16, height: 8 }) }));

Deno.test("the network sees noise, an empty mask and the latents of the image, in this order", async () => {
  const { pipeline, asked } = fakePipeline({ inpainting: true });
  const length = 4 * 2;
  const noise = drawBatch(5, beginning, { purpose: "latents", length });
  const masked = drawBatch(5, beginning, { purpose: "posterior", length });
  const values = valuesOfImages(beginning.map(({ image }) => image));
  await inpaint(pipeline, values, {
    noise: { latents: noise, masked, begun: null },
    steps: 2,
    scheduler: null,
    telling,
  });
  const { mean } = await pipeline.encode(values);
  const [first, second] = asked;
  assertEquals(first.latents.shape, [2, 9, 1, 2]);
  for (const n of [0, 1]) {
    const row = first.latents.data.subarray(n * 18, (n + 1) * 18);
    assertEquals(row.subarray(0, 8), noise.subarray(n * 8, (n + 1) * 8));
    assertEquals(row.subarray(8, 10), new Float32Array(2));
    const want = mean.data.subarray(n * 8, (n + 1) * 8).map((value) => value * 0.5);
    assert(distance({ got: row.subarray(10), want }) < 1e-5);
    assertEquals(second.latents.data.subarray(n * 18 + 8, (n + 1) * 18), row.subarray(8));
  }
});

Deno.test("SDXL begins a step later, with the image under noise", async () => {
  const { pipeline, asked } = fakePipeline({ inpainting: true, family: "sdxl" });
  const length = 4 * 2;
  const noise = {
    latents: new Float32Array(2 * length),
    masked: new Float32Array(2 * length),
    begun: new Float32Array(2 * length),
  };
  const values = valuesOfImages(beginning.map(({ image }) => image));
  await inpaint(pipeline, values, { noise, steps: 10, scheduler: null, telling });
  assertEquals(asked.map(({ timestep }) => timestep), [801, 701, 601, 501, 401, 301, 201, 101, 1]);
  const left = addNoise(pipeline.info.scheduler, Float32Array.of(1), Float32Array.of(0), 801)[0];
  const { mean } = await pipeline.encode(values);
  const expected = mean.data.subarray(0, 8).map((value) => value * 0.5 * left);
  assert(distance({ got: asked[0].latents.data.subarray(0, 8), want: expected }) < 1e-5);
});
