import { ddim, methods } from "../../lib/reconstruct/mod.ts";
import { invertAndBack } from "../../lib/reconstruct/ddim.ts";
import { valuesOfImages } from "../../lib/reconstruct/prepare.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { distance, goldenFolder } from "../golden_kinds/cases.ts";
import { fakePipeline, noisyImage, sayNothing as telling } from "./fake_pipeline.ts";

Deno.test("ddim() refuses what does not exist", () => {
  assertThrows(() => ddim({ model: "sd15", steps: 0 }), RangeError, "given 0, expected a whole number ≥ 1");
  // @ts-expect-error no text
  assertThrows(() => ddim({ model: "sd15", prompt: null }), TypeError, "ddim.prompt: given null, expected a text");
});

Deno.test("inversion asks at rising timesteps, the way back at the same ones falling", async () => {
  const { pipeline, asked } = fakePipeline();
  const images = valuesOfImages([noisyImage(1, { width: 16, height: 8 })]);
  await invertAndBack(pipeline, images, { steps: 4, telling });
  assertEquals(asked.map(({ timestep }) => timestep), [1, 251, 501, 751, 751, 501, 251, 1]);
});

Deno.test("an image comes back as it was where the network says the same at every step", async () => {
  const { pipeline } = fakePipeline({}, ({ latents: { data } }) => new Float32Array(data.length).fill(0.3));
  const images = valuesOfImages([noisyImage(1, { width: 24, height: 16 })]);
  const { latents, noise } = await invertAndBack(pipeline, images, { steps: 10, telling });
  const begun = (await pipeline.encode(images)).mean.data.map((value) => value * pipeline.info.scalingFactor);
  assert(distance({ got: latents.data, want: begun }) < 1e-5);
  assert(distance({ got: noise.data, want: begun }) > 0.1);
});

Deno.test("images stand on a canvas that the network takes, and come back in their own size", async () => {
  const { pipeline, asked } = fakePipeline({ latentMultiple: 8, folder: `${goldenFolder()}/pipelines/tiny-sd` });
  const images = [{ id: "a", image: noisyImage(1, { width: 80, height: 60 }) }];
  const [made] = await methods.ddim.reconstruct(ddim({ model: "sd15", steps: 1 }), images, pipeline);
  assertEquals(asked[0].latents.shape, [1, 4, 8, 16]);
  assertEquals([made.width, made.height], [80, 60]);
});
