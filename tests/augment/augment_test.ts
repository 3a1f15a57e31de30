import { gaussianBlur } from "../../lib/augment/blur.ts";
import { type Augmentation, augmentations, blur, compress, crop, flip } from "../../lib/augment/mod.ts";
import { augmentImage, viewImage } from "../../lib/augment/pipeline.ts";
import type { Image } from "../../lib/image/decode.ts";
import { type Random, random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";

/** Noise, which every change shows on. */
function noise(width: number, height: number, seed = 1): Image {
  const draw = random(seed, "noise");
  return { data: Uint8Array.from({ length: width * height * 3 }, () => draw.integer(256)), width, height };
}

/** A stream that counts its draws. */
function counting(draw: Random): Random & { count: number } {
  const counted = {
    ...draw,
    count: 0,
    uniform: () => (counted.count++, draw.uniform()),
    integer: (n: number) => (counted.count++, draw.integer(n)),
  };
  return counted;
}

Deno.test("flip() exchanges left and right, and is undone by itself", async () => {
  const image: Image = { data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), width: 2, height: 2 };
  const flipped = await augmentImage(image, [flip({ p: 1 })], random(1));
  assertEquals([...flipped.data], [4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9]);
  const twice = await augmentImage(noise(5, 3), [flip({ p: 1 }), flip({ p: 1 })], random(1));
  assertEquals(twice, noise(5, 3));
});

Deno.test("blur() of one bright pixel is the Gaussian, and keeps the mean", () => {
  const size = 21;
  const data = new Uint8Array(size * size * 3);
  data.fill(255, (10 * size + 10) * 3, (10 * size + 10) * 3 + 3);
  const sigma = 0.8;
  const blurred = gaussianBlur({ data, width: size, height: size }, sigma);
  // the samples of exp(−r²/2σ²) at whole pixels, made to sum to 1
  const tap = (i: number) => Math.exp(-i * i / (2 * sigma * sigma));
  const sum = [-3, -2, -1, 0, 1, 2, 3].reduce((total, i) => total + tap(i), 0);
  for (const [x, y] of [[0, 0], [1, 0], [0, 1], [1, 1], [-2, 0], [0, -2]]) {
    const expected = 255 * tap(x) * tap(y) / (sum * sum);
    assertClose(blurred.data[((10 + y) * size + 10 + x) * 3], expected, 0.5 + 1e-6, `at ${x}, ${y}`);
  }
  const flat: Image = { data: new Uint8Array(27).fill(77), width: 3, height: 3 };
  assertEquals(gaussianBlur(flat, 5), flat);
});

Deno.test("blur() mirrors the border without repeating it", () => {
  // one row 0, 90, 0: with weights a, b the left pixel sees b · 90 from the right and from its mirror image
  const row: Image = { data: Uint8Array.of(0, 0, 0, 90, 90, 90, 0, 0, 0), width: 3, height: 1 };
  const b = Math.exp(-1 / (2 * 0.3 * 0.3));
  const expected = 2 * 90 * b / (1 + 2 * b);
  assertClose(gaussianBlur(row, 0.3).data[0], expected, 0.5);
  assert(expected > 0.5);
});

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

const all: Augmentation[] = [flip(), compress({ quality: [60, 95] }), blur({ sigma: [0.3, 1] })];

Deno.test("every augmentation leaves the image alone at p = 0, and draws equally often at any p", async () => {
  for (const spec of all) {
    const drawn = [];
    for (const p of [0, 1]) {
      const draw = counting(random(3));
      const changed = await augmentImage(noise(8, 8), [{ ...spec, p }], draw);
      drawn.push(draw.count);
      if (p === 0) assertEquals(changed, noise(8, 8));
    }
    assertEquals(drawn[0], drawn[1], spec.kind);
  }
});

Deno.test("every augmentation changes about p of the images", async () => {
  const image = noise(8, 8);
  for (const spec of all) {
    const draw = random(11, spec.kind);
    let changed = 0;
    for (let i = 0; i < 200; i++) {
      if ((await augmentImage(image, [{ ...spec, p: 0.3 }], draw)).data !== image.data) changed++;
    }
    assertClose(changed / 200, 0.3, 0.11, spec.kind); // ± 3.4 standard deviations of 200 draws
  }
});

Deno.test("augmentImage() changes two images alike under one stream, and otherwise not", async () => {
  const image = noise(16, 16);
  for (let seed = 0; seed < 5; seed++) {
    const once = await augmentImage(image, all, random(seed, "augment", "id"));
    assertEquals(await augmentImage(image, all, random(seed, "augment", "id")), once);
  }
  const made = await Promise.all(Array.from({ length: 12 }, (_, i) => augmentImage(image, all, random(1, i))));
  assert(new Set(made.map(({ data }) => data.join())).size > 3);
});

Deno.test("augmentImage() applies in order and does not touch what it is given", async () => {
  const image = noise(8, 8);
  const forwards = await augmentImage(
    image,
    [compress({ quality: [50, 50], p: 1 }), blur({ sigma: [1, 1], p: 1 })],
    random(1),
  );
  const backwards = await augmentImage(
    image,
    [blur({ sigma: [1, 1], p: 1 }), compress({ quality: [50, 50], p: 1 })],
    random(1),
  );
  assert(forwards.data.join() !== backwards.data.join());
  assertEquals(image, noise(8, 8));
});

Deno.test("crop() sees the centre, or a random place inside", () => {
  const image: Image = { data: Uint8Array.from({ length: 75 }, (_, i) => Math.floor(i / 3)), width: 5, height: 5 };
  const first = (seen: Image) => seen.data[0];
  assertEquals(first(viewImage(image, crop({ size: 3 }), null)), 6); // row 1, column 1
  const places = new Set(Array.from({ length: 200 }, (_, i) => first(viewImage(image, crop({ size: 3 }), random(i)))));
  assertEquals([...places].sort((a, b) => a - b), [0, 1, 2, 5, 6, 7, 10, 11, 12]);
});

Deno.test("crop() puts what is smaller in the middle of black", () => {
  const image: Image = { data: new Uint8Array(2 * 3).fill(9), width: 2, height: 1 };
  const seen = viewImage(image, crop({ size: 4 }), null);
  const grey = Array.from({ length: 16 }, (_, i) => seen.data[i * 3]);
  assertEquals(grey, [0, 0, 0, 0, 0, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("augmentations refuse what is outside their range", () => {
  assertThrows(() => flip({ p: 1.1 }), RangeError, "flip.p: given 1.1, expected a number from 0 to 1");
  assertThrows(() => compress({ quality: [0, 50] }), RangeError, "compress.quality[0]: given 0");
  assertThrows(() => blur({ sigma: [2, 1] }), RangeError, "expected the smaller number first");
  assertThrows(() => crop({ size: 0 }), RangeError, "crop.size: given 0");
  // @ts-expect-error no sigma
  assertThrows(() => blur(), TypeError, 'missing option "sigma"');
  assertEquals(Object.keys(augmentations).sort(), [blur.kind, compress.kind, flip.kind].sort());
});
