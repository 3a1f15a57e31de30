import type { Image } from "../../lib/image/decode.ts";
import {
  canvasSides,
  cutImage,
  drctFitting,
  fitImage,
  type Fitting,
  imagesOfValues,
  plainFitting,
  resultSides,
  valuesOfImages,
} from "../../lib/reconstruct/prepare.ts";
import { random } from "../../lib/random.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

/** An image whose red counts columns, green rows, and blue is 200. */
function counted(width: number, height: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set([i % width, Math.floor(i / width), 200], i * 3);
  return { data, width, height };
}

function pixel({ data, width }: Image, x: number, y: number): number[] {
  return Array.from(data.subarray((y * width + x) * 3, (y * width + x + 1) * 3));
}

Deno.test("a side that is no multiple of 8 is black at its end for DRCT, mirrored elsewhere", () => {
  const black = fitImage(counted(13, 8), drctFitting, 8);
  assertEquals([black.width, black.height], [16, 8]);
  assertEquals(pixel(black, 12, 3), [12, 3, 200]);
  assertEquals(pixel(black, 13, 3), [0, 0, 0]);
  const mirrored = fitImage(counted(13, 8), plainFitting, 8);
  assertEquals([13, 14, 15].map((x) => pixel(mirrored, x, 3)[0]), [12, 11, 10]);
});

Deno.test("of a longer side the middle is kept, rounded towards the start, as NumPy's and albumentations' crops", () => {
  const fitting: Fitting = { largest: 16, border: "black" };
  const cut = cutImage(counted(21, 10), fitting);
  assertEquals([cut.width, cut.height], [16, 10]);
  assertEquals(pixel(cut, 0, 0), [2, 0, 200]); // (21 − 16) / 2 = 2.5
  assertEquals(canvasSides({ width: 21, height: 10 }, fitting, 8), { width: 16, height: 16 });
  assertEquals(resultSides({ width: 2000, height: 1025 }, drctFitting), { width: 1024, height: 1024 });
  assertEquals(canvasSides({ width: 1023, height: 5 }, { ...drctFitting, largest: null }, 8), {
    width: 1024,
    height: 8,
  });
});

Deno.test("beyond a multiple of 8 the image goes on as its mirror image, black and all", () => {
  const fitted = fitImage(counted(13, 16), drctFitting, 32);
  assertEquals([fitted.width, fitted.height], [32, 32]);
  assertEquals([12, 15, 16, 19, 31].map((x) => pixel(fitted, x, 3)[2]), [200, 0, 0, 200, 200]);
  assertEquals([15, 16, 31].map((y) => pixel(fitted, 4, y)[1]), [15, 15, 0]);
});

Deno.test("images come back from their values as they were, without what was put around them", () => {
  const draw = random(1, "images");
  const images = [[13, 9], [16, 16], [10, 12]].map(([width, height]): Image => ({
    data: Uint8Array.from({ length: width * height * 3 }, () => draw.integer(256)),
    width,
    height,
  }));
  const fitting: Fitting = { largest: null, border: "symmetric" };
  const values = valuesOfImages(images.map((image) => fitImage(image, fitting, 32)));
  assertEquals(values.shape, [3, 3, 32, 32]);
  assertEquals(imagesOfValues(values, images), images);
});

Deno.test("valuesOfImages() lays out channel after channel, black at −1 and white at 1", () => {
  const data = new Uint8Array(8 * 8 * 3).fill(0);
  data.set([255, 51, 0], 3); // the second pixel
  const values = valuesOfImages([{ data, width: 8, height: 8 }]);
  assertEquals([values.data[0], values.data[1], values.data[128 + 1]], [-1, 1, -1]);
  assert(Math.abs(values.data[64 + 1] + 0.6) < 1e-7);
});

Deno.test("valuesOfImages() refuses images of several sizes", () => {
  assertThrows(() => valuesOfImages([counted(8, 8), counted(16, 8)]), RangeError, "Cannot put 16 × 8 pixels into");
});

Deno.test("values become the nearest level, or the one below; beyond the ends they are held", () => {
  const data = new Float32Array(3 * 64).fill(-1);
  const levels = [99.7, 99.3, 255];
  for (const [i, level] of levels.entries()) data[i] = level / 255 * 2 - 1;
  data[3] = 3;
  data[4] = -7;
  const red = (rounding: "nearest" | "down") => {
    const [image] = imagesOfValues({ data, shape: [1, 3, 8, 8] }, [{ width: 8, height: 1 }], rounding);
    return [0, 1, 2, 3, 4].map((x) => pixel(image, x, 0)[0]);
  };
  assertEquals(red("nearest"), [100, 99, 255, 255, 0]);
  assertEquals(red("down"), [99, 99, 255, 255, 0]);
});
