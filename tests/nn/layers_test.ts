import { mul, sum, type Tensor, tensor, type Tensor4D } from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { applyConv, applyDepthwise, initConv, initDepthwise } from "../../lib/nn/conv.ts";
import { highPass } from "../../lib/nn/high_pass.ts";
import { ones, truncatedNormal } from "../../lib/nn/initial.ts";
import { applyLinear, initLinear } from "../../lib/nn/linear.ts";
import { applyNorm, initNorm } from "../../lib/nn/norm.ts";
import { adaptivePool, globalPool } from "../../lib/nn/pool.ts";
import { random } from "../../lib/random.ts";
import { assertClose, assertEquals, assertThrows } from "../assert.ts";
import { assertGradient, take, testTensors } from "../tensors.ts";

function image(shape: [number, number, number, number], values?: readonly number[]): Tensor4D {
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor(values === undefined ? [...random(1, "image").normals(size)] : [...values], shape) as Tensor4D;
}

/** The result's values; what went in is disposed. */
function run(f: () => Tensor, used: Parameters<typeof disposeTree>[0]): number[] {
  const values = take(f());
  disposeTree(used);
  return values;
}

testTensors("applyLinear() multiplies rows by PyTorch's weight and adds the bias", () => {
  const params = { weight: tensor([[1, 2], [3, 4], [5, 6]]), bias: tensor([0.5, 0, -1]) };
  const x = tensor([[1, 1], [0, -2]]);
  assertClose(run(() => applyLinear(params, x), { params, x }), [3.5, 7, 10, -3.5, -8, -13], 1e-6);
  const fresh = initLinear({ inputs: 4, outputs: 2 }, ones);
  assertEquals([fresh.weight.shape, fresh.bias.shape], [[2, 4], [2]]);
  disposeTree(fresh);
});

testTensors("applyConv() strides and pads as PyTorch does", () => {
  const params = initConv({ size: 2, inputs: 1, outputs: 1 }, ones);
  const x = image([1, 3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals(take(applyConv(params, x)), [12, 16, 24, 28]);
  assertEquals(take(applyConv(params, x, { stride: 2 })), [12]);
  assertEquals(run(() => applyConv(params, x, { stride: 2, pad: 1 }), { params, x }), [1, 5, 11, 28]);
});

testTensors("applyDepthwise() keeps channels apart and the size", () => {
  const params = { ...initDepthwise({ size: 3, channels: 2 }, ones) };
  const x = image([1, 2, 2, 2], [1, 10, 2, 20, 3, 30, 4, 40]);
  assertEquals(run(() => applyDepthwise(params, x), { params, x }), [10, 100, 10, 100, 10, 100, 10, 100]);
});

testTensors("applyNorm() gives rows of mean 0 and variance 1", () => {
  const params = initNorm(4);
  const x = tensor([[1, 2, 3, 4]]);
  const expected = [-1.5, -0.5, 0.5, 1.5].map((value) => value / Math.sqrt(1.25));
  assertClose(run(() => applyNorm(params, x), { params, x }), expected, 1e-5);
});

testTensors("globalPool() is the mean over height and width", () => {
  const x = image([2, 1, 2, 1], [1, 3, 5, 9]);
  assertEquals(run(() => globalPool(x), x), [2, 7]);
});

testTensors("adaptivePool() means over windows that overlap where the side does not divide", () => {
  // 3 pixels in 2 windows: 0–1 and 1–2
  const x = image([1, 3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertClose(run(() => adaptivePool(x, 2), x), [3, 4, 6, 7], 1e-6);
  const wide = image([2, 2, 4, 2]); // where it does divide, height and width apart
  const values = [...wide.dataSync()];
  const at = (b: number, i: number, j: number, c: number) => values[((b * 2 + i) * 4 + j) * 2 + c];
  const expected = [0, 1].flatMap((b) =>
    [0, 1].flatMap((i) => [0, 1].flatMap((j) => [0, 1].map((c) => (at(b, i, 2 * j, c) + at(b, i, 2 * j + 1, c)) / 2)))
  );
  assertClose(take(adaptivePool(wide, 2)), expected, 1e-6);
  assertClose(take(adaptivePool(wide, 1)), take(globalPool(wide)), 1e-6);
  wide.dispose();
});

testTensors("adaptivePool() has the gradient of finite differences", () => {
  const direction = image([1, 2, 2, 1], [1, -2, 3, -4]);
  assertGradient((x: Tensor) => sum(mul(adaptivePool(x as Tensor4D, 2), direction)), {
    values: [...random(2, "x").normals(15)],
    shape: [1, 3, 5, 1],
  });
  direction.dispose();
});

testTensors("highPass() is 0 on flat images and on slopes away from the border", () => {
  const flat = image([1, 4, 4, 3], Array.from({ length: 48 }, (_, i) => i % 3));
  assertClose(run(() => highPass(flat), flat), new Array(48).fill(0), 1e-6);
  const slope = image([1, 3, 4, 1], Array.from({ length: 12 }, (_, i) => i % 4));
  // at the border the mirror bends the slope: 0 − (1 + 0 + 0 + 1)/4, and the same above on the other side
  const row = [-0.5, 0, 0, 0.5];
  assertClose(run(() => highPass(slope), slope), [...row, ...row, ...row], 1e-6);
});

testTensors("highPass() of a point is the point minus the binomial filter", () => {
  const point = image([1, 5, 5, 1], Array.from({ length: 25 }, (_, i) => i === 12 ? 16 : 0));
  const expected = new Array(25).fill(0);
  [[1, 2, 1], [2, 4, 2], [1, 2, 1]].forEach((row, i) => row.forEach((w, j) => expected[(i + 1) * 5 + j + 1] = -w));
  expected[12] += 16;
  assertClose(run(() => highPass(point), point), expected, 1e-6);
});

testTensors("highPass() mirrors without repeating the border", () => {
  const corner = image([1, 2, 2, 1], [16, 0, 0, 0]);
  // at the corner: 16 − (2·2/16)·16; beside it each neighbour sees the corner twice
  assertClose(run(() => highPass(corner), corner), [12, -4, -4, -4], 1e-6);
});

testTensors("highPass() has the gradient of finite differences, and refuses an image of one row", () => {
  const weights = image([1, 3, 4, 2]);
  assertGradient((x) => sum(mul(highPass(x as Tensor4D), weights)), {
    values: [...random(2, "image").normals(24)],
    shape: [1, 3, 4, 2],
  });
  const thin = image([1, 1, 4, 1]);
  assertThrows(() => highPass(thin), TypeError, "Cannot filter images of 1 × 4 pixels");
  disposeTree({ weights, thin });
});

testTensors("a drawn layer depends on its stream alone", () => {
  const draw = () => truncatedNormal(random(1, "conv"));
  const [a, b] = [1, 2].map(() => initConv({ size: 3, inputs: 2, outputs: 2 }, draw()));
  assertEquals(take(a.weight), take(b.weight));
  disposeTree([a.bias, b.bias]);
});
