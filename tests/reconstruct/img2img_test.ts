import { noiseAndBack } from "../../lib/reconstruct/img2img.ts";
import { img2img } from "../../lib/reconstruct/mod.ts";
import { addNoise } from "../../lib/reconstruct/noise/mod.ts";
import { valuesOfImages } from "../../lib/reconstruct/prepare.ts";
import { random } from "../../lib/random.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { distance } from "../golden_kinds/cases.ts";
import { fakePipeline, noisyImage, sayNothing as telling, schedulerLike } from "./fake_pipeline.ts";

Deno.test("img2img() refuses what does not exist", () => {
  assertThrows(() => img2img({ model: "sd15", strength: 0 }), RangeError, "given 0, expected a number > 0 and ≤ 1");
  // @ts-expect-error no scheduler
  assertThrows(() => img2img({ model: "sd15", scheduler: "ddpm" }), RangeError, 'did you mean "ddim"?');
});

Deno.test("a chain of some strength begins with the image under the noise of its first step", async () => {
  const { pipeline, asked } = fakePipeline();
  const images = valuesOfImages([noisyImage(1, { width: 16, height: 8 })]);
  const latents = random(1, "noise").normals(8);
  const noise = { latents, posterior: new Float32Array(8) };
  await noiseAndBack(pipeline, images, { noise, steps: 10, strength: 0.35, scheduler: null, telling });
  assertEquals(asked.map(({ timestep }) => timestep), [201, 101, 1]);
  const clean = (await pipeline.encode(images)).mean.data.map((value) => value * pipeline.info.scalingFactor);
  const want = addNoise(pipeline.info.scheduler, clean, latents, 201);
  assert(distance({ got: asked[0].latents.data, want }) < 1e-6);
});

Deno.test("a strength that leaves no step is refused", async () => {
  const { pipeline } = fakePipeline();
  const images = valuesOfImages([noisyImage(1, { width: 8, height: 8 })]);
  const noise = { latents: new Float32Array(4), posterior: new Float32Array(4) };
  await assertRejects(
    () => noiseAndBack(pipeline, images, { noise, steps: 4, strength: 0.2, scheduler: null, telling }),
    RangeError,
    "Cannot plan a chain of 4 steps and strength 0.2: no step is left",
  );
});

Deno.test("an image comes back as it was where the network knows the noise", async () => {
  const latents = random(1, "noise").normals(4 * 6);
  // whose last step leaves no noise
  const { pipeline } = fakePipeline({ scheduler: schedulerLike({ set_alpha_to_one: true }) }, () => latents);
  const images = valuesOfImages([noisyImage(1, { width: 24, height: 16 })]);
  const noise = { latents, posterior: new Float32Array(4 * 6) };
  // not PNDM: begun within the chain it repeats its first step and is a level behind after it, in diffusers as here
  for (const scheduler of ["ddim", "euler", "dpmSolver"] as const) {
    const plan = { noise, steps: 10, strength: 0.5, scheduler, telling };
    const { images: made } = await noiseAndBack(pipeline, images, plan);
    const clean = await pipeline.decode((await pipeline.encode(images)).mean);
    const error = distance({ got: made.data, want: clean.data });
    assert(error < 1e-4, `${scheduler} is off by ${error}`);
  }
});
