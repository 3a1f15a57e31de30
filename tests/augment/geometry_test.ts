import { cropView } from "../../lib/augment/crop.ts";
import {
  coarseDropout,
  crop,
  cutout,
  d4,
  longSide,
  rescale,
  resizedCrop,
  rotate90,
  shortSide,
  square,
} from "../../lib/augment/mod.ts";
import { augmentImage, viewImage } from "../../lib/augment/pipeline.ts";
import { quarterTurns } from "../../lib/augment/rotate90.ts";
import { moveImage } from "../../lib/augment/shift_scale_rotate.ts";
import type { Image } from "../../lib/image/decode.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { farthest, picture } from "./recorded.ts";

function white(width: number, height: number): Image {
  return { data: new Uint8Array(width * height * 3).fill(255), width, height };
}

/** Pixels of a value. */
function count({ data }: Image, value: number): number {
  return data.filter((one, i) => i % 3 === 0 && one === value).length;
}

Deno.test("rotate90() and d4() reach every way to lay an image, and no other", async () => {
  for (const [spec, ways] of [[rotate90({ p: 1 }), 4], [d4({ p: 1 }), 8]] as const) {
    const seen = new Set<string>();
    const stream = random(4);
    for (let i = 0; i < 100; i++) seen.add((await augmentImage(picture, [spec], stream)).data.join());
    assertEquals(seen.size, ways);
  }
});

Deno.test("four quarter turns are none, and a flip undoes itself", () => {
  let turned = picture;
  for (let i = 0; i < 4; i++) turned = quarterTurns(turned, { turns: 1, flip: false });
  assertEquals(turned, picture);
  const flip = { turns: 3, flip: true };
  assertEquals(quarterTurns(quarterTurns(picture, flip), flip), picture);
});

Deno.test("moveImage() by nothing is the image, and by whole pixels a shift with black behind it", () => {
  assertEquals(moveImage(picture, { angle: 0, scale: 1, right: 0, down: 0 }), picture);
  const moved = moveImage(picture, { angle: 0, scale: 1, right: 0.1, down: 0 }); // three of thirty pixels
  assertEquals(moved.data.subarray(0, 9), new Uint8Array(9));
  assertEquals(moved.data.subarray(9, 90), picture.data.subarray(0, 81));
});

Deno.test("coarseDropout() makes as many holes of such sides as it says, wholly inside", async () => {
  const stream = random(6);
  for (let i = 0; i < 50; i++) {
    const image = await augmentImage(white(40, 30), [coarseDropout({ count: [1, 1], size: [3, 5], p: 1 })], stream);
    const black = count(image, 0);
    assert([9, 12, 15, 16, 20, 25].includes(black), String(black));
  }
  const small = await augmentImage(white(2, 2), [coarseDropout({ p: 1 })], stream);
  assertEquals(count(small, 0), 4); // a hole is no larger than the image
});

Deno.test("cutout() covers a square, cut at the border", async () => {
  const stream = random(7);
  const covered: number[] = [];
  for (let i = 0; i < 200; i++) {
    covered.push(count(await augmentImage(white(20, 20), [cutout({ size: 8, p: 1 })], stream), 128));
  }
  assertEquals(Math.max(...covered), 64);
  assert(Math.min(...covered) >= 16); // at the corner below a quarter is left
});

Deno.test("resizedCrop() gives its size, from areas as large as it says", async () => {
  const stream = random(8);
  // of a horizontal ramp the range that is seen tells the width of the rectangle
  const ramp = {
    data: Uint8Array.from({ length: 200 * 100 * 3 }, (_, i) => Math.floor(i / 3) % 200),
    width: 200,
    height: 100,
  };
  const widths: number[] = [];
  for (let i = 0; i < 200; i++) {
    const spec = resizedCrop({ size: 32, scale: [0.25, 0.5], ratio: [1, 1], p: 1 });
    const { data, width, height } = await augmentImage(ramp, [spec], stream);
    assertEquals([width, height], [32, 32]);
    widths.push((data[31 * 3] - data[0]) * 32 / 31);
  }
  assert(Math.min(...widths) > 66 && Math.max(...widths) < 104); // √(0.25 · 20000) = 71, √(0.5 · 20000) = 100
  const square = resizedCrop({ size: 8, scale: [0.9, 1], ratio: [1, 1], p: 1 });
  const { data } = await augmentImage(ramp, [square], stream); // no such square fits: the middle
  assertClose((data[0] + data[7 * 3]) / 2, 99.5, 1);
});

Deno.test("rescale() cuts sides to whole pixels", async () => {
  const { width, height } = await augmentImage(picture, [rescale({ scale: [0.55, 0.55], p: 1 })], random(1));
  assertEquals([width, height], [16, 11]); // 16.5 and 11
});

Deno.test("every view gives its square from any image, drawn and not", () => {
  const stream = random(9);
  const views = [crop, longSide, shortSide, square].map((make) => make({ size: 12 }));
  for (const view of [...views, crop({ size: 12, pad: "symmetric" }), shortSide({ size: 12, resize: 16 })]) {
    for (const [width, height] of [[12, 12], [5, 40], [30, 20], [1, 1], [13, 12]]) {
      for (const draw of [null, stream]) {
        const seen = viewImage(white(width, height), view, draw);
        assertEquals([seen.width, seen.height, seen.data.length], [12, 12, 432], view.kind);
      }
    }
  }
});

Deno.test("views see the middle when nothing is drawn, and every place otherwise", () => {
  const ramp = {
    data: Uint8Array.from({ length: 40 * 8 * 3 }, (_, i) => Math.floor(i / 3) % 40),
    width: 40,
    height: 8,
  };
  const stream = random(10);
  for (const view of [crop({ size: 8 }), shortSide({ size: 8 })]) {
    assertEquals(viewImage(ramp, view, null).data[0], 16);
    const places = new Set(Array.from({ length: 400 }, () => viewImage(ramp, view, stream).data[0]));
    assertEquals(places.size, 33);
  }
  for (const view of [crop({ size: 8, place: "centre" }), shortSide({ size: 8, place: "centre" })]) {
    assertEquals(viewImage(ramp, view, stream).data[0], 16);
    const next = random(10, view.kind);
    viewImage(ramp, view, next);
    assertEquals(next.uniform(), random(10, view.kind).uniform());
  }
});

Deno.test("a view among the augmentations is taken at a drawn place, and what follows sees it alone", async () => {
  const stream = random(11);
  const seen = new Set<string>();
  for (let i = 0; i < 30; i++) {
    const { data, width } = await augmentImage(picture, [crop({ size: 10 })], stream);
    assertEquals(width, 10);
    seen.add(data.join());
  }
  assert(seen.size > 20);
  const centre = await augmentImage(picture, [crop({ size: 10, place: "centre" })], stream);
  assertEquals(centre, viewImage(picture, crop({ size: 10 }), null));
});

Deno.test("crop() with a symmetric border draws the place of a smaller image too", () => {
  const stream = random(12);
  const small = { data: Uint8Array.from({ length: 27 }, (_, i) => i * 9), width: 3, height: 3 };
  const made = Array.from({ length: 60 }, () => cropView(crop({ size: 5, pad: "symmetric" }), small, stream));
  assertEquals(new Set(made.map(({ data }) => data.join())).size, 9);
  assert(made.every((image) => farthest(image, made[0]) < Infinity && count(image, 0) <= 4)); // no black but the corner's
});

Deno.test("views refuse what cannot be", () => {
  assertThrows(() => shortSide({ size: 8, resize: 7 }), RangeError, "shortSide.resize: given 7");
  for (const make of [crop, shortSide]) {
    assertThrows(() => make({ size: 8, place: "center" as "centre" }), RangeError, 'did you mean "centre"?');
  }
  assertThrows(() => square({ size: 8, filter: "bicubik" as "bicubic" }), RangeError, 'did you mean "bicubic"');
  assertThrows(() => crop({ size: 8, pad: "mirror" as "reflect" }), RangeError, "crop.pad");
});
