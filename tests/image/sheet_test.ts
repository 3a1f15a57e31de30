import type { Image } from "../../lib/image/decode.ts";
import { composeSheet } from "../../lib/image/sheet.ts";
import { assertEquals, assertThrows } from "../assert.ts";

function pixel(value: number): Image {
  return { data: new Uint8Array(3).fill(value), width: 1, height: 1 };
}

function values({ data }: Image): number[] {
  return [...data].filter((_, i) => i % 3 === 0);
}

Deno.test("composeSheet() lays patches in reading order, black behind the last", () => {
  const sheet = composeSheet([pixel(1), pixel(2), pixel(3)], 2);
  assertEquals([sheet.width, sheet.height, ...values(sheet)], [2, 2, 1, 2, 3, 0]);
});

Deno.test("composeSheet() leaves white between patches and where one is missing", () => {
  const sheet = composeSheet([pixel(1), null], 2, { gap: 1 });
  assertEquals([sheet.width, sheet.height], [5, 3]);
  assertEquals(values(sheet).slice(5, 10), [255, 1, 255, 255, 255]);
});

Deno.test("composeSheet() refuses patches of unlike sizes, and none", () => {
  assertThrows(() => composeSheet([pixel(1), composeSheet([pixel(1)], 2)], 2), TypeError, "patch 1 is 2 × 1 pixels");
  assertThrows(() => composeSheet([null], 1), TypeError, "given no patches");
});
