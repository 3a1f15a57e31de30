/**
 * Kernels of the engine, and one whole training step of a small ConvNeXt. `COUNTERPROOF_BACKEND` chooses the backend
 * (wasm unless given), `COUNTERPROOF_THREADS` the threads. Where an operation can be composed of others, that is its
 * rival, the baseline of its group.
 */
import { type BackendName, useBackend } from "../lib/engine/backend.ts";
import * as ops from "../lib/engine/ops.ts";
import { random } from "../lib/random.ts";
import { convNextStep } from "./convnext_step.ts";

const threads = Deno.env.get("COUNTERPROOF_THREADS");
await useBackend(
  (Deno.env.get("COUNTERPROOF_BACKEND") ?? "wasm") as BackendName,
  threads === undefined ? {} : { threads: Number(threads) },
);

type T = ops.Tensor;

/** A tensor of standard normal values. */
function drawn(...shape: number[]): T {
  const size = shape.reduce((product, n) => product * n, 1);
  return ops.tensor(random(3, "bench", ...shape).normals(size), shape);
}

/** Benches a function of tensors; what it makes is freed. */
function bench(group: string, name: string, f: () => T | T[], baseline = false): void {
  Deno.bench({ group, name, baseline, fn: () => ops.tidy(() => void f()) });
}

/** The gradients of the sum of a function with respect to its inputs. */
function gradients(f: (inputs: T[]) => T, inputs: T[]): T[] {
  return ops.variableGradients((leaves) => ({ value: ops.sum(f(leaves)) as ops.Scalar, aux: {} }), inputs).gradients;
}

for (const [m, k, n] of [[256, 256, 256], [4096, 48, 192], [4096, 192, 48]]) {
  const [a, b, bt, at] = [drawn(m, k), drawn(k, n), drawn(n, k), drawn(k, m)] as ops.Tensor2D[];
  const group = `matrix product ${m}×${k}×${n}, ${(2 * m * k * n / 1e6).toFixed(0)} MFLOP`;
  bench(group, `A·B`, () => ops.matMul(a, b), true);
  bench(group, `A·Bᵀ`, () => ops.matMul(a, bt, false, true));
  bench(group, `Aᵀ·B`, () => ops.matMul(at, b, true, false));
}

const rows_RC = drawn(4096, 48), weight_OC = drawn(192, 48), bias_O = drawn(192);
const denseInputs = [rows_RC, weight_OC, bias_O];
const composedLinear = ([x, weight, bias]: T[]): T =>
  ops.gelu(ops.add(ops.matMul(x as ops.Tensor2D, weight as ops.Tensor2D, false, true), bias));
const houseLinear = ([x, weight, bias]: T[]): T => ops.linear(x, weight, bias, "gelu");
bench(
  "linear with GELU 4096×48×192, with gradients",
  "of operations",
  () => gradients(composedLinear, denseInputs),
  true,
);
bench("linear with GELU 4096×48×192, with gradients", "fused", () => gradients(houseLinear, denseInputs));

const scale_C = drawn(48), shift_C = drawn(48);
function composedNorm([x, weight, bias]: T[]): T {
  const centred = ops.sub(x, ops.mean(x, -1, true));
  const deviation = ops.sqrt(ops.add(ops.mean(ops.square(centred), -1, true), 1e-6));
  return ops.add(ops.mul(ops.div(centred, deviation), weight), bias);
}
const normInputs = [rows_RC, scale_C, shift_C];
const houseNorm = ([x, weight, bias]: T[]): T => ops.layerNorm(x, weight, bias, 1e-6);
bench("layer norm 4096×48, with gradients", "of operations", () => gradients(composedNorm, normInputs), true);
bench("layer norm 4096×48, with gradients", "fused", () => gradients(houseNorm, normInputs));

/** A function as one operation of the house and composed of others, with gradients. */
function rivals(
  group: string,
  inputs: T[],
  { house, composed }: Record<"house" | "composed", (inputs: T[]) => T>,
): void {
  bench(`${group}, with gradients`, "of operations", () => gradients(composed, inputs), true);
  bench(`${group}, with gradients`, "fused", () => gradients(house, inputs));
}

const pixels_NHWC = drawn(64, 8, 8, 48), branch_NHWC = drawn(64, 8, 8, 48);
rivals("batch norm with a residual and ReLU 4096×48", [pixels_NHWC, scale_C, shift_C, branch_NHWC], {
  house: ([x, weight, bias, residual]) =>
    ops.batchNorm(x, weight, bias, { epsilon: 1e-5, activation: "relu", residual }).y,
  composed: ([x, weight, bias, residual]) => {
    const centred = ops.sub(x, ops.mean(x, [0, 1, 2]));
    const normal = ops.div(centred, ops.sqrt(ops.add(ops.mean(ops.square(centred), [0, 1, 2]), 1e-5)));
    return ops.relu(ops.add(ops.add(ops.mul(normal, weight), bias), residual));
  },
});
rivals("x + y · scale 4096×48", [pixels_NHWC, branch_NHWC, scale_C], {
  house: ([x, y, scale]) => ops.addScaled(x, y, scale),
  composed: ([x, y, scale]) => ops.add(x, ops.mul(y, scale)),
});
const images = drawn(64, 32, 32, 32), filter = drawn(3, 3, 32, 32), colours = drawn(3, 3, 32, 3);
const down = drawn(4, 4, 32, 64), up = drawn(4, 4, 16, 32), depthFilter = drawn(7, 7, 1, 32);
const layers: Record<string, [(inputs: T[]) => T, T[]]> = {
  "3×3 to 32 channels": [([x, f]) => ops.convolve(x, f, null, { pad: 1 }), [images, filter]],
  "3×3 to 3 channels": [([x, f]) => ops.convolve(x, f, null, { pad: 1 }), [images, colours]],
  "4×4 of stride 2 to 64 channels": [([x, f]) => ops.convolve(x, f, null, { stride: 2, pad: 1 }), [images, down]],
  "transposed 4×4 to 16 channels": [([x, f]) => ops.convolveTranspose(x, f, null, { stride: 2, pad: 1 }), [images, up]],
  "depthwise 7×7": [([x, f]) => ops.depthwise(x, f, null), [images, depthFilter]],
};
for (const [name, [layer, inputs]] of Object.entries(layers)) {
  bench("convolution of 64×32×32×32", name, () => layer(inputs));
  bench("convolution of 64×32×32×32, with gradients", name, () => gradients(layer, inputs));
}

bench("values, 2 million", "leaky ReLU", () => ops.leakyRelu(images, 0.2));
bench("values, 2 million", "tanh", () => ops.tanh(images));
bench("values, 2 million", "GELU", () => ops.gelu(images));
bench("values, 2 million", "upsample by 2", () => ops.upsampleNearest(images, 2));
bench("values, 2 million", "mean over height and width", () => ops.mean(images, [1, 2]));

for (const size of [32, 64]) {
  const step = convNextStep({ batch: 64, size });
  Deno.bench({ group: "training step", name: `small ConvNeXt, 64 images of ${size}×${size}`, fn: () => void step() });
}
