import { mul, sum, type Tensor, tensor } from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { dropout, dropPath } from "../../lib/nn/dropout.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";
import { assertGradient, take, testTensors } from "../tensors.ts";

testTensors("dropout() leaves out what stays below the rate and scales the rest", () => {
  const [x, uniform] = [tensor([1, 2, 3, 4]), tensor([0.19, 0.2, 0.9, 0])];
  assertClose(take(dropout(x, { rate: 0.2, uniform })), [0, 2.5, 3.75, 0], 1e-6);
  disposeTree([x, uniform]);
});

testTensors("dropout() keeps the very tensor where a network is judged, or the rate is 0", () => {
  const [x, uniform] = [tensor([1, 2]), tensor([0, 0])];
  assert(dropout(x, { rate: 0.5, uniform: null }) === x);
  assert(dropout(x, { rate: 0, uniform }) === x);
  assert(dropPath(x, { rate: 0.5, uniform: null }) === x);
  disposeTree([x, uniform]);
});

testTensors("dropout() keeps the mean", () => {
  const count = 20_000, rate = 0.335;
  const x = tensor(new Float32Array(count).fill(1));
  const uniform = tensor(Float32Array.from({ length: count }, random(1, "uniform").uniform));
  const values = take(dropout(x, { rate, uniform }));
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  assertClose(mean, 1, 4 * Math.sqrt(rate / (1 - rate) / count)); // four standard errors
  disposeTree([x, uniform]);
});

testTensors("dropPath() leaves whole samples out, of any rank", () => {
  const uniform = tensor([0.1, 0.6]);
  for (const shape of [[2, 3], [2, 1, 3, 1]]) {
    const x = tensor([1, 2, 3, 4, 5, 6], shape);
    assertEquals(take(dropPath(x, { rate: 0.5, uniform })), [0, 0, 0, 8, 10, 12]);
    x.dispose();
  }
  uniform.dispose();
});

testTensors("dropout() has the gradient of finite differences", () => {
  const [uniform, direction] = [tensor([0.1, 0.6, 0.7, 0.3]), tensor([1, -2, 3, -4])];
  assertGradient((x: Tensor) => sum(mul(dropout(x, { rate: 0.4, uniform }), direction)), {
    values: [0.5, -1, 2, 1],
    shape: [4],
  });
  disposeTree([uniform, direction]);
});
