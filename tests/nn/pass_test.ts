import { type Tensor, tensor, tidy } from "../../lib/engine/ops.ts";
import { disposeTree, mapTree } from "../../lib/engine/tree.ts";
import { initBatchNorm } from "../../lib/nn/batch_norm.ts";
import { initNorm } from "../../lib/nn/norm.ts";
import { judging, learning, within } from "../../lib/nn/pass.ts";
import { assertClose, assertEquals } from "../assert.ts";
import { take, testTensors } from "../tensors.ts";

testTensors("learning() norms by the batch where a weight learns, and leaves frozen norms and their buffers", () => {
  const [free, frozen] = [initNorm(1), initNorm(1)];
  const buffers = { free: initBatchNorm(1), frozen: initBatchNorm(1), idle: initBatchNorm(1) };
  const x = tensor([[1], [3]]);
  const pass = learning({ learns: (weight) => weight === free.weight, draws: {} });
  assertClose(take(pass.norm(free, buffers.free, x)), [-1, 1], 1e-4);
  assertClose(take(pass.norm(frozen, buffers.frozen, x)), [1, 3], 1e-4); // mean 0 and variance 1
  const next = mapTree(buffers, pass.moved);
  disposeTree(buffers); // what moved() gives is not what it was given
  const numbers = Object.values(next).map((each) => Object.values(each).map((buffer) => buffer.dataSync()[0]));
  assertClose(numbers[0], [0.2, 1.1, 1], 1e-6);
  assertEquals(numbers.slice(1), [[0, 1, 0], [0, 1, 0]]);
  disposeTree([free, frozen, next, x]);
});

testTensors("what a pass moved outlives the scope that its norms were called in", () => {
  const [params, buffers, x] = [initNorm(1), initBatchNorm(1), tensor([[1], [3]])];
  const pass = learning({ learns: () => true, draws: {} });
  tidy(() => void pass.norm(params, buffers, x));
  const next = mapTree(buffers, pass.moved);
  assertClose(take(next.running_mean), [0.2], 1e-6);
  disposeTree([params, buffers, x, next.running_var, next.num_batches_tracked]);
});

testTensors("within() draws under the names of a part, judging() draws nothing", () => {
  const draws = { "head.dropout": tensor([0.5]) };
  const pass = within(learning({ learns: () => true, draws }), "head");
  const asked: (Tensor | null)[] = [pass.draw("dropout"), pass.draw("other"), judging.draw("dropout")];
  assertEquals(asked.map((draw) => draw === draws["head.dropout"]), [true, false, false]);
  assertEquals(asked.slice(1), [null, null]);
  disposeTree(draws);
});
