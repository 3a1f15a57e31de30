import { sum, tensor, type Tensor2D, tidy } from "../../lib/engine/ops.ts";
import { distances, distinctPairs, sumOfPairs } from "../../lib/losses/pairs.ts";
import { assertClose, assertEquals } from "../assert.ts";
import { gradientAt, take, testTensors } from "../tensors.ts";
import { normals, rowsOf } from "./inputs.ts";

testTensors("distinctPairs() leaves the diagonal out, sumOfPairs() adds up the rest", () => {
  assertEquals(take(tidy(() => distinctPairs(3))), [0, 1, 1, 1, 0, 1, 1, 1, 0]);
  const matrix = tensor([[1, 2, 3], [4, 5, 6], [7, 8, 9]]) as Tensor2D;
  assertEquals(take(tidy(() => sumOfPairs(matrix))), [2 + 3 + 4 + 6 + 7 + 8]);
  matrix.dispose();
});

testTensors("distances() are those of the rows' differences, also far from the origin", () => {
  for (const far of [0, 100]) {
    const rows = rowsOf(normals(61, 40), 5).map((row) => row.map((x) => Math.fround(x + far)));
    const expected = rows.flatMap((a) => rows.map((b) => Math.hypot(...a.map((x, k) => x - b[k]))));
    const x = tensor(rows) as Tensor2D;
    assertClose(take(tidy(() => distances(x))), expected, far === 0 ? 1e-5 : 1e-4);
    x.dispose();
  }
});

testTensors("distances() of equal rows is 0, and has a gradient of 0", () => {
  const row = normals(62, 300);
  const rows = [row, row, row.map((x) => -x)];
  const x = tensor(rows) as Tensor2D;
  const found = take(tidy(() => distances(x)));
  assertEquals([0, 1, 3, 4, 8].map((i) => found[i]), [0, 0, 0, 0, 0]);
  x.dispose();
  const alone = gradientAt((x) => sum(distances(x as Tensor2D)), [row, row]);
  assertEquals(alone.every((slope) => slope === 0), true);
});
