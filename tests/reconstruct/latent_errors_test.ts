import { addNoise, drawNoise } from "../../lib/reconstruct/noise/mod.ts";
import { latentError, latentErrors } from "../../lib/reconstruct/mod.ts";
import { resizeImage } from "../../lib/image/resize.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { distance, goldenFolder } from "../golden_kinds/cases.ts";
import { fakePipeline, noisyImage, type Says, schedulerLike } from "./fake_pipeline.ts";
import { openTiny } from "./tiny_pipelines.ts";

const images = [["a", "cat"], ["b", "dog"], ["c", "cat"], ["d", null]].map(([id, caption], i) => ({
  id: id!,
  caption,
  image: noisyImage(i, { width: 24, height: 16 + 8 * i }),
}));

/** Whose words go through the tiny pipeline's tokenizer. */
const speaking = { folder: `${goldenFolder()}/pipelines/tiny-sd` };

const grey = { data: new Uint8Array(32 * 32 * 3).fill(127), width: 32, height: 32 };

Deno.test("an image's map is the same, whoever stands beside it, whatever words they have", async () => {
  await using pipeline = await openTiny("tiny-sd");
  for (const prompt of ["a photo", "a photo of a [CLS]"]) {
    const spec = latentError({ model: "sd15", size: 32, ensemble: 3, prompt });
    const all = await latentErrors(spec, images, pipeline);
    assertEquals(all.map(({ shape }) => shape), Array(4).fill([4, 4, 4]));
    for (const [i, image] of images.entries()) {
      const [alone] = await latentErrors(spec, [image], pipeline);
      assert(distance({ got: all[i].data, want: alone.data }) < 1e-5);
    }
  }
});

Deno.test("the network is asked once for each prompt, of all its images and the whole ensemble", async () => {
  const ask = async (prompt: string) => {
    const { pipeline, asked } = fakePipeline(speaking);
    await latentErrors(latentError({ model: "sd15", size: 32, prompt, step: 7 }), images, pipeline);
    return asked.map(({ told, timestep, latents: { shape } }) => [told, timestep, shape]);
  };
  assertEquals(await ask("a photo"), [["a photo", 7, [16, 4, 4, 4]]]);
  assertEquals(await ask("a photo of a [CLS]"), [
    ["a photo of a cat", 7, [8, 4, 4, 4]],
    ["a photo of a dog", 7, [4, 4, 4, 4]],
    ["a photo", 7, [4, 4, 4, 4]],
  ]);
});

Deno.test("a map is the mean square of what the network misses of the noise, or of the velocity", async () => {
  const named = [{ id: "x", caption: null, image: grey }];
  const step = 500;
  const spec = latentError({ model: "sd15", size: 32, ensemble: 2, step, prompt: "a photo", seed: 9 });
  const noise = drawNoise(9, "x", "error", 2 * 64);
  const silent = fakePipeline(speaking);
  const [map] = await latentErrors(spec, named, silent.pipeline);
  const want = Array.from({ length: 64 }, (_, i) => (noise[i] ** 2 + noise[64 + i] ** 2) / 2);
  assert(distance({ got: map.data, want }) < 1e-6);

  // of grey all that is to be seen is noise, from which the one or the other follows
  const [[signal], [rest]] = [[1, 0], [0, 1]].map(([a, b]) =>
    addNoise(schedulerLike({}), Float32Array.of(a), Float32Array.of(b), step)
  );
  const knowing = (factor: number): Says => ({ latents: { data } }) => data.map((value) => value / rest * factor);
  for (const [type, factor] of [["epsilon", 1], ["v_prediction", signal]] as const) {
    const scheduler = schedulerLike({ prediction_type: type });
    const [none] = await latentErrors(spec, named, fakePipeline({ ...speaking, scheduler }, knowing(factor)).pipeline);
    assert(none.data.every((error) => error < 1e-3), type); // the grey is not quite 0
  }
});

Deno.test("images are stretched to the square by Pillow's bicubic filter", async () => {
  const [, image] = images;
  const spec = latentError({ model: "sd15", size: 32, prompt: "a photo" });
  const square = await resizeImage(image.image, { width: 32, height: 32, filter: "pillow-bicubic" });
  await using pipeline = await openTiny("tiny-sd");
  const [map] = await latentErrors(spec, [image], pipeline);
  const [same] = await latentErrors(spec, [{ ...image, image: square }], pipeline);
  assertEquals(map, same);
});

Deno.test("a size that the network does not take is refused, and a pipeline for inpainting", async () => {
  const spec = latentError({ model: "sd15", size: 40, prompt: "a photo" });
  await assertRejects(
    () => latentErrors(spec, images, fakePipeline({ ...speaking, latentMultiple: 8 }).pipeline),
    RangeError,
    'error maps of 40 × 40 pixels with the pipeline "fake": its network takes multiples of 64',
  );
  await assertRejects(
    () => latentErrors(spec, images, fakePipeline({ ...speaking, inpainting: true }).pipeline),
    TypeError,
    "Cannot carry out latentError()",
  );
});
