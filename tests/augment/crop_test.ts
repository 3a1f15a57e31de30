import { crop, cropView } from "../../lib/augment/crop.ts";
import type { Image } from "../../lib/image/decode.ts";
import { random } from "../../lib/random.ts";
import { assertEquals, assertThrows } from "../assert.ts";

Deno.test("crop() sees the centre, or a random place inside", () => {
  const image: Image = { data: Uint8Array.from({ length: 75 }, (_, i) => Math.floor(i / 3)), width: 5, height: 5 };
  const first = (seen: Image) => seen.data[0];
  assertEquals(first(cropView(crop({ size: 3 }), image, null)), 6); // row 1, column 1
  const places = new Set(Array.from({ length: 200 }, (_, i) => first(cropView(crop({ size: 3 }), image, random(i)))));
  assertEquals([...places].sort((a, b) => a - b), [0, 1, 2, 5, 6, 7, 10, 11, 12]);
});

Deno.test("crop() puts what is smaller in the middle of black", () => {
  const image: Image = { data: new Uint8Array(2 * 3).fill(9), width: 2, height: 1 };
  const seen = cropView(crop({ size: 4 }), image, null);
  const grey = Array.from({ length: 16 }, (_, i) => seen.data[i * 3]);
  assertEquals(grey, [0, 0, 0, 0, 0, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("crop() leaves an image of its size alone", () => {
  const image: Image = { data: new Uint8Array(12), width: 2, height: 2 };
  assertEquals(cropView(crop({ size: 2 }), image, random(1)) === image, true);
  assertThrows(() => crop({ size: 0 }), RangeError, "crop.size: given 0");
});
