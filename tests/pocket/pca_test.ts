import { assertClose, assertThrows } from "../assert.ts";
import { principalComponents } from "../../lib/pocket/pca.ts";
import { random } from "../../lib/random.ts";

Deno.test("principalComponents() finds the axes of four points by hand", () => {
  // ±(2, 2) and ±(1, −1): second moments 2.5 on the diagonal and 1.5 beside it, eigenvalues 4 and 1
  const { axes, deviations } = principalComponents([2, 2, -2, -2, 1, -1, -1, 1], { width: 2, count: 2 });
  assertClose(deviations, [2, 1], 1e-12);
  assertClose(axes.slice(0, 2), [Math.SQRT1_2, Math.SQRT1_2], 1e-12);
  assertClose(axes.slice(2).map(Math.abs), [Math.SQRT1_2, Math.SQRT1_2], 1e-12);
});

Deno.test("principalComponents() returns orthonormal axes whose spread falls and adds up to the whole", () => {
  const width = 12;
  const draw = random(4, "rows");
  const rows = Float64Array.from({ length: 200 * width }, (_, i) => draw.normal() * (1 + i % width));
  const { axes, deviations } = principalComponents(rows, { width, count: width });
  for (let a = 0; a < width; a++) {
    for (let b = 0; b < width; b++) {
      let dot = 0;
      for (let i = 0; i < width; i++) dot += axes[a * width + i] * axes[b * width + i];
      assertClose(dot, a === b ? 1 : 0, 1e-10);
    }
  }
  assertClose([...deviations].sort((a, b) => b - a), deviations, 0);
  const spread = rows.reduce((sum, value) => sum + value * value, 0) / 200;
  assertClose(deviations.reduce((sum, deviation) => sum + deviation ** 2, 0), spread, 1e-8 * spread);
});

Deno.test("principalComponents() refuses more components than values", () => {
  assertThrows(() => principalComponents([1, 2], { width: 2, count: 3 }), RangeError, "expected 1 to 2");
});
