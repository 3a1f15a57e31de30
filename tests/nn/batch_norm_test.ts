import { mul, sum, type Tensor, tensor } from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { applyBatchNorm, initBatchNorm, trainBatchNorm, trainingNorm } from "../../lib/nn/batch_norm.ts";
import { initNorm } from "../../lib/nn/norm.ts";
import { random } from "../../lib/random.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";
import { assertGradient, take, testTensors } from "../tensors.ts";

testTensors("trainBatchNorm() norms by the batch and remembers a tenth of its mean and unbiased variance", () => {
  const [params, buffers] = [initNorm(2), initBatchNorm(2)];
  const x = tensor([[1, 10], [3, 30]]); // means 2 and 20, variances 1 and 100, unbiased 2 and 200
  const { y, buffers: next } = trainBatchNorm(params, buffers, x);
  assertClose(take(y), [-1, -1, 1, 1], 1e-5);
  assertClose([...next.running_mean.dataSync()], [0.2, 2], 1e-6);
  assertClose([...next.running_var.dataSync()], [1.1, 20.9], 1e-5);
  const { y: again, buffers: last } = trainBatchNorm(params, next, x);
  assertClose([...last.running_mean.dataSync()], [0.38, 3.8], 1e-6);
  assertEquals([...last.num_batches_tracked.dataSync()], [2]);
  assertEquals([...buffers.running_mean.dataSync()], [0, 0]); // the old ones stay
  disposeTree({ params, buffers, next, last, again, x });
});

testTensors("applyBatchNorm() norms by what is remembered, whatever the batch", () => {
  const params = { weight: tensor([2, 1]), bias: tensor([0, 1]) };
  const buffers = { running_mean: tensor([1, 10]), running_var: tensor([4, 25]), num_batches_tracked: tensor(7) };
  const [alone, both] = [tensor([[3, 0]]), tensor([[3, 0], [1, 10]])];
  assertClose(take(applyBatchNorm(params, buffers, alone)), [2, -1], 1e-5);
  assertClose(take(applyBatchNorm(params, buffers, both)), [2, -1, 0, 1], 1e-5);
  disposeTree({ params, buffers, alone, both });
});

testTensors("both modes add the residual before ReLU", () => {
  const [params, buffers] = [initNorm(1), initBatchNorm(1)];
  const [x, residual] = [tensor([[1], [3]]), tensor([[-0.5], [0.5]])];
  const trained = trainBatchNorm(params, buffers, x, { activation: "relu", residual });
  assertClose(take(trained.y), [0, 1.5], 1e-5);
  assertClose(take(applyBatchNorm(params, buffers, x, { activation: "relu", residual })), [0.5, 3.5], 1e-4);
  disposeTree({ params, buffers, next: trained.buffers, x, residual });
});

testTensors("trainBatchNorm() has the gradient of finite differences through the batch's statistics", () => {
  const [params, buffers] = [{ weight: tensor([1.5, 0.5]), bias: tensor([0.1, -0.2]) }, initBatchNorm(2)];
  const direction = tensor([...random(1, "direction").normals(8)], [4, 2]);
  assertGradient((x: Tensor) => sum(mul(trainBatchNorm(params, buffers, x).y, direction)), {
    values: [...random(2, "x").normals(8)],
    shape: [4, 2],
  });
  disposeTree({ params, buffers, direction });
});

testTensors("trainingNorm() tells the successor of each buffer whose norm was called", () => {
  const [params, buffers, unused] = [initNorm(1), initBatchNorm(1), initBatchNorm(1)];
  const x = tensor([[1], [3]]);
  const { norm, moved } = trainingNorm();
  const y = norm(params, buffers, x);
  const next = Object.values(buffers).map((buffer) => moved(buffer)!);
  assertClose(next.map((buffer) => buffer.dataSync()[0]), [0.2, 1.1, 1], 1e-6);
  assertEquals(moved(unused.running_mean), undefined);
  disposeTree({ params, buffers, unused, x, y, next });
});

testTensors("trainBatchNorm() refuses a single value a channel", () => {
  const [params, buffers, x] = [initNorm(2), initBatchNorm(2), tensor([[1, 2]])];
  assertThrows(() => trainBatchNorm(params, buffers, x), TypeError, "Cannot norm [1, 2] by its batch");
  disposeTree({ params, buffers, x });
});
