import { methods, vae } from "../../lib/reconstruct/mod.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { fakePipeline, noisyImage } from "./fake_pipeline.ts";

Deno.test("vae() refuses what does not exist", () => {
  assertThrows(
    () => vae({ model: "" }),
    RangeError,
    'Cannot define vae.model: given "", expected the name of a folder',
  );
  // @ts-expect-error no such share of a posterior
  assertThrows(() => vae({ model: "ldm", posterior: "mode" }), RangeError, "the choices are mean, sample");
  // @ts-expect-error no such rounding
  assertThrows(() => vae({ model: "ldm", rounding: "up" }), RangeError, "the choices are nearest, down");
});

Deno.test("rounding down makes a result darker by half a level on average, and never lighter", async () => {
  const images = [{ id: "a", image: noisyImage(1, { width: 256, height: 256 }) }];
  // off the levels: what is encoded is halved, and there are latents that no level is the half of
  const { pipeline } = fakePipeline({ shiftFactor: 0.003 });
  const make = async (rounding: "nearest" | "down") => {
    const darker = {
      ...pipeline,
      decode: (latents: Parameters<typeof pipeline.decode>[0]) =>
        pipeline.decode({ ...latents, data: latents.data.map((value, i) => value * (1 + (i % 7) / 70)) }),
    };
    return (await methods.vae.reconstruct(vae({ model: "ldm", rounding }), images, darker))[0].data;
  };
  const [nearest, down] = [await make("nearest"), await make("down")];
  const gaps = nearest.map((level, i) => level - down[i]);
  assert(gaps.every((gap) => gap === 0 || gap === 1));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  assert(mean > 0.4 && mean < 0.6, `the mean gap is ${mean}`);
});

Deno.test("an image of any size is encoded whole, its sides mirrored up to a multiple of 8", async () => {
  const { pipeline } = fakePipeline({ latentMultiple: 8 });
  const seen: (readonly number[])[] = [];
  const watched = {
    ...pipeline,
    encode: (images: Parameters<typeof pipeline.encode>[0]) => {
      seen.push(images.shape);
      return pipeline.encode(images);
    },
  };
  const images = [{ id: "a", image: noisyImage(1, { width: 1100, height: 20 }) }];
  const [made] = await methods.vae.reconstruct(vae({ model: "ldm", posterior: "mean" }), images, watched);
  assertEquals(seen, [[1, 3, 24, 1104]]);
  assertEquals([made.width, made.height], [1100, 20]);
});
