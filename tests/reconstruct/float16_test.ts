import { fromFloat16, toFloat16 } from "../../lib/reconstruct/float16.ts";
import { assertEquals } from "../assert.ts";

Deno.test("toFloat16() rounds to the nearest, ties to even, and fromFloat16() brings it back", () => {
  const given = [0, -0, 1, -2, 65504, 65520, 2 ** -24, 2 ** -25, 1 + 2 ** -11, 1 + 3 * 2 ** -11, NaN];
  const bits = toFloat16(given, new Uint16Array(given.length));
  assertEquals([...bits], [0, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x7c00, 1, 0, 0x3c00, 0x3c02, 0x7e00]);
  const back = fromFloat16(bits);
  assertEquals([...back], [0, -0, 1, -2, 65504, Infinity, 2 ** -24, 0, 1, 1 + 2 ** -9, NaN]);
});

Deno.test("every number of 16 bits comes through unchanged", () => {
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i).filter((value) => (value & 0x7fff) <= 0x7c00);
  assertEquals(toFloat16(fromFloat16(bits), new Uint16Array(bits.length)), bits);
});
