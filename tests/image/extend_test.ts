import type { Image } from "../../lib/image/decode.ts";
import { extendToMultiple, placeOnCanvas, sourceOf } from "../../lib/image/extend.ts";
import { assertEquals } from "../assert.ts";

/** A row of pixels 1, 2, 3 …, grey. */
function row(count: number): Image {
  return { data: Uint8Array.from({ length: count * 3 }, (_, i) => Math.floor(i / 3) + 1), width: count, height: 1 };
}

function values({ data }: Image): number[] {
  return [...data].filter((_, i) => i % 3 === 0);
}

Deno.test("placeOnCanvas() stands black, or a mirror with or without the edge, around an image", () => {
  const on = (border: "black" | "reflect" | "symmetric") =>
    values(placeOnCanvas(row(3), { x: 2, y: 0, width: 8, height: 1, border }));
  assertEquals(on("black"), [0, 0, 1, 2, 3, 0, 0, 0]);
  assertEquals(on("reflect"), [3, 2, 1, 2, 3, 2, 1, 2]);
  assertEquals(on("symmetric"), [2, 1, 1, 2, 3, 3, 2, 1]);
});

Deno.test("placeOnCanvas() cuts at negative places", () => {
  assertEquals(values(placeOnCanvas(row(5), { x: -2, y: 0, width: 2, height: 1, border: "black" })), [3, 4]);
});

Deno.test("sourceOf() mirrors as often as it takes, a single pixel too", () => {
  assertEquals([-5, -4, 5].map((i) => sourceOf(i, 3, "reflect")), [1, 0, 1]);
  assertEquals([-7, 6, 7].map((i) => sourceOf(i, 3, "symmetric")), [0, 0, 1]);
  assertEquals(sourceOf(-9, 1, "reflect"), 0);
  assertEquals(sourceOf(-9, 1, "symmetric"), 0);
  assertEquals(sourceOf(-1, 3, "black"), -1);
});

Deno.test("extendToMultiple() grows to the right and below, and leaves what fits alone", () => {
  const extended = extendToMultiple(row(3), { of: 4, border: "reflect" });
  assertEquals([extended.width, extended.height], [4, 4]);
  assertEquals(values(extended).slice(0, 4), [1, 2, 3, 2]);
  const fits = placeOnCanvas(row(4), { x: 0, y: 0, width: 4, height: 4, border: "black" });
  assertEquals(extendToMultiple(fits, { of: 2, border: "black" }) === fits, true);
});
