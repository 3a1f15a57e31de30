import { assert, assertEquals, assertRejects } from "../assert.ts";
import { resizeImage, resizeShortSide } from "../../lib/image/resize.ts";

const flat = (width: number, height: number, value: number) => ({
  data: new Uint8Array(width * height * 3).fill(value),
  width,
  height,
});

Deno.test("resizeImage() leaves a flat image flat, at any size and with any filter", async () => {
  for (const filter of ["lanczos", "cubic", "linear", "nearest"] as const) {
    const resized = await resizeImage(flat(13, 9, 77), { width: 7, height: 21, filter });
    assertEquals(resized, flat(7, 21, 77));
  }
});

Deno.test("resizeImage() averages away what the smaller size cannot show", async () => {
  const board = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => ((i / 3 | 0) + (i / 192 | 0)) % 2 * 255);
  const { data } = await resizeImage({ data: board, width: 64, height: 64 }, { width: 16, height: 16 });
  for (let row = 4; row < 12; row++) {
    for (let column = 4; column < 12; column++) {
      const value = data[(row * 16 + column) * 3];
      assert(Math.abs(value - 127.5) < 8, `${value} at ${row}, ${column}`);
    }
  }
});

Deno.test("resizeShortSide() keeps the proportion, upright and lying", async () => {
  const lying = await resizeShortSide(flat(200, 100, 1), 32);
  assertEquals([lying.width, lying.height], [64, 32]);
  const upright = await resizeShortSide(flat(60, 91, 1), 32);
  assertEquals([upright.width, upright.height], [32, 49]);
});

Deno.test("resizeImage() refuses a side of no pixels", async () => {
  await assertRejects(() => resizeImage(flat(4, 4, 0), { width: 0, height: 4 }), RangeError, "0 × 4");
});
