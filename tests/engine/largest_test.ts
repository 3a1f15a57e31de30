import { nthLargest, reshape, sub, sum, tensor, type Tensor1D } from "../../lib/engine/ops.ts";
import { random } from "../../lib/random.ts";
import { assertEquals } from "../assert.ts";
import { gradientAt, take, testTensors } from "../tensors.ts";

testTensors("nthLargest() finds every place in the order, equal values beside each other", () => {
  const values = [3, -1, 4, 1, 3, -Infinity];
  const x = tensor(values) as Tensor1D;
  assertEquals(values.map((_, i) => take(nthLargest(x, i + 1))[0]), [4, 3, 3, 1, -1, -Infinity]);
  x.dispose();
});

testTensors("nthLargest() agrees with a sort of two thousand numbers", () => {
  const values = random(31, "order").normals(2048);
  const x = tensor(values) as Tensor1D;
  const falling = values.toSorted((a, b) => b - a);
  for (const rank of [1, 2, 700, 1639, 2047, 2048]) assertEquals(take(nthLargest(x, rank)), [falling[rank - 1]]);
  x.dispose();
});

testTensors("nthLargest() lets no gradient pass", () => {
  const slope = gradientAt((row) => {
    const x = reshape(row, [3]) as Tensor1D;
    return sum(sub(x, nthLargest(x, 2)));
  }, [[5, 2, 9]]);
  assertEquals(slope, [1, 1, 1]);
});
