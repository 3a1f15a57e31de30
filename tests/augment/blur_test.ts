import { blur, gaussianBlur } from "../../lib/augment/blur.ts";
import type { Image } from "../../lib/image/decode.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";

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

Deno.test("blur() refuses widths out of order, and none", () => {
  assertThrows(() => blur({ sigma: [2, 1] }), RangeError, "expected the smaller number first");
  assertThrows(() => blur({ sigma: [0, 1] }), RangeError, "blur.sigma[0]: given 0, expected a number from 0.01");
  // @ts-expect-error no sigma
  assertThrows(() => blur(), TypeError, 'missing option "sigma"');
});
