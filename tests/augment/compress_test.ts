import { gaussianBlur } from "../../lib/augment/blur.ts";
import { compress } from "../../lib/augment/compress.ts";
import { augmentImage } from "../../lib/augment/pipeline.ts";
import type { Image } from "../../lib/image/decode.ts";
import { random } from "../../lib/random.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

/** Noise, which every change shows on. */
function noise(width: number, height: number, seed = 1): Image {
  const draw = random(seed, "noise");
  return { data: Uint8Array.from({ length: width * height * 3 }, () => draw.integer(256)), width, height };
}

Deno.test("compress() keeps the size, and loses more at a lower quality", async () => {
  const image = gaussianBlur(noise(24, 17), 1);
  const loss = async (quality: number) => {
    const changed = await augmentImage(image, [compress({ quality: [quality, quality], p: 1 })], random(1));
    assertEquals([changed.width, changed.height, changed.data.length], [24, 17, 24 * 17 * 3]);
    return changed.data.reduce((sum, value, i) => sum + (value - image.data[i]) ** 2, 0) / image.data.length;
  };
  const [low, high] = [await loss(20), await loss(95)];
  assert(0 < high && high < low, `${high} at 95, ${low} at 20`);
});

Deno.test("compress() refuses what is no quality", () => {
  assertThrows(() => compress({ quality: [0, 50] }), RangeError, "compress.quality[0]: given 0");
  assertThrows(() => compress({ quality: [60.5, 70] }), RangeError, "expected a whole number from 1 to 100");
});
