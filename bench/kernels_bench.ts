/**
 * Kernels of the engine, on the backend and threads of `bench/engine.ts`. Where an operation can be composed of others,
 * that is its rival, the baseline of its group.
 */
import * as ops from "../lib/engine/ops.ts";
import { random } from "../lib/random.ts";
import { bench as declare } from "./benched.ts";
import { startEngine } from "./engine.ts";

await startEngine();

type T = ops.Tensor;

/** A tensor of standard normal values. */
function drawn(...shape: number[]): T {
  const size = shape.reduce((product, n) => product * n, 1);
  return ops.tensor(random(3, "bench", ...shape).normals(size), shape);
}

/** Benches a function of tensors; what it makes is freed. A rival is there to be compared with, and not watched. */
function bench(group: string, name: string, f: () => T | T[], rival = false): void {
  declare({ group, name, rival, watch: rival ? "no" : "short", fn: () => ops.tidy(() => void f()) });
}

/** The gradients of the sum of a function with respect to its inputs. */
function gradients(f: (inputs: T[]) => T, inputs: T[]): T[] {
  return ops.variableGradients((leaves) => ({ value: ops.sum(f(leaves)) as ops.Scalar, aux: {} }), inputs).gradients;
}

for (const [m, k, n] of [[256, 256, 256], [4096, 48, 192], [4096, 192, 48]]) {
  const [a, b, bt, at] = [drawn(m, k), drawn(k, n), drawn(n, k), drawn(k, m)] as ops.Tensor2D[];
  const group = `matrix product ${m}×${k}×${n}, ${(2 * m * k * n / 1e6).toFixed(0)} MFLOP`;
  bench(group, `A·B`, () => ops.matMul(a, b));
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

/** Benches an operation and its gradients, composed of others and as one. */
function rivals(group: string, inputs: T[], forms: Readonly<Record<"composed" | "fused", (inputs: T[]) => T>>): void {
  bench(`${group}, with gradients`, "of operations", () => gradients(forms.composed, inputs), true);
  bench(`${group}, with gradients`, "fused", () => gradients(forms.fused, inputs));
}

const batch = drawn(64, 16, 16, 64), branch = drawn(64, 16, 16, 64), rowOnes = drawn(64), rowTwo = drawn(64);
rivals("batch norm with residual and ReLU 16384×64", [batch, rowOnes, rowTwo, branch], {
  composed: ([x, weight, bias, residual]) => {
    const centred = ops.sub(x, ops.mean(x, [0, 1, 2]));
    const deviation = ops.sqrt(ops.add(ops.mean(ops.square(centred), [0, 1, 2]), 1e-5));
    return ops.relu(ops.add(ops.add(ops.mul(ops.div(centred, deviation), weight), bias), residual));
  },
  fused: ([x, weight, bias, residual]) =>
    ops.batchNorm(x, weight, bias, { epsilon: 1e-5, activation: "relu", residual }).y,
});
rivals("LayerScale and sum 16384×64", [batch, branch, rowOnes], {
  composed: ([x, y, scale]) => ops.add(x, ops.mul(y, scale)),
  fused: ([x, y, scale]) => ops.addScaled(x, y, scale),
});
rivals("softmax of attention 32×4×65×65", [drawn(32, 4, 65, 65)], {
  composed: ([x]) => {
    const powers = ops.exp(ops.sub(x, ops.max(x, -1, true)));
    return ops.div(powers, ops.sum(powers, -1, true));
  },
  fused: ([x]) => ops.softmax(x),
});
for (const form of ["tanh", "sigmoid"] as const) {
  const [linear, cubic] = form === "tanh" ? [2 * Math.sqrt(2 / Math.PI), 0.044715] : [1.702, 0];
  rivals(`GELU by ${form}, a million values`, [batch], {
    composed: ([x]) => {
      const bend = ops.mul(x, ops.add(ops.mul(ops.square(x), cubic), 1));
      return ops.mul(x, ops.sigmoid(ops.mul(bend, linear)));
    },
    fused: ([x]) => ops.gelu(x, form),
  });
}
const halves = (x: T): T => ops.reshape(x, [-1, 8, 2, 8, 2, 64]);
rivals("average pooling by 2 of 64×16×16×64", [batch], {
  composed: ([x]) => ops.mean(halves(x), [2, 4]),
  fused: ([x]) => ops.avgPool(x as ops.Tensor4D, 2, 2, "valid"),
});
// of as many as stay near the core: between it and the memory its time is one or half as much again, process by process
rivals("max pooling by 2 of 8×16×16×64", [drawn(8, 16, 16, 64)], {
  composed: ([x]) => ops.max(halves(x), [2, 4]),
  fused: ([x]) => ops.maxPool(x as ops.Tensor4D, 2, 2, "valid"),
});
rivals("3×3 convolution of 64×16×16×64 to 64 channels", [batch, drawn(3, 3, 64, 64)], {
  composed: ([x, filter]) => {
    const framed = ops.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]);
    const taps = ops.unstack(ops.reshape(filter, [9, 64, 64]));
    return ops.addN(taps.map((tap, i) => {
      const pixels = ops.slice(framed, [0, Math.floor(i / 3), i % 3, 0], [64, 16, 16, 64]);
      return ops.matMul(ops.reshape(pixels, [-1, 64]) as ops.Tensor2D, tap as ops.Tensor2D);
    }));
  },
  fused: ([x, filter]) => ops.convolve(x, filter, null, { pad: 1 }),
});
const order = [0, 2, 1, 3], tokens = drawn(32, 65, 4, 64);
bench("arrangement", "exchange of heads and tokens, half a million values", () => ops.transpose(tokens, order));
bench(
  "arrangement",
  "transposition of a matrix, a million values",
  () => ops.transpose(ops.reshape(batch, [1024, 1024])),
);

{
  const shapes = Array.from({ length: 120 }, (_, i) => i % 2 === 0 ? [64, 128] : [128]);
  let states = shapes.map((shape) => [drawn(...shape), ops.zeros(shape), ops.zeros(shape)]);
  const gradientsOf = shapes.map((shape) => drawn(...shape));
  const group = "AdamW of 120 parameters, half a million values";
  bench(group, "of operations", () =>
    states.flatMap(([param, first, second], i) => {
      const m = ops.add(ops.mul(first, 0.9), ops.mul(gradientsOf[i], 0.1));
      const v = ops.add(ops.mul(second, 0.999), ops.mul(ops.square(gradientsOf[i]), 0.001));
      const pace = ops.div(ops.mul(m, 1e-3), ops.add(ops.sqrt(v), 1e-8));
      return [ops.sub(ops.mul(param, 1 - 1e-5), pace), m, v];
    }), true);
  declare({
    ...{ group, name: "fused", watch: "short" },
    fn: () => {
      const tensors = states.map(([param, first, second], i) => ({
        ...{ param, gradient: gradientsOf[i], first, second, decay: 0.01 },
      }));
      const options = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 1 };
      states = ops.adamUpdate(tensors, options).map(({ param, first, second }) => [param, first, second]);
    },
  });
}

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
