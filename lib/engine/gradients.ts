/**
 * Gradients that TensorFlow.js lacks, has wrong, or composes of slow kernels. Importing this file puts them in the
 * place of its own, for every backend.
 */
import "@tensorflow/tfjs"; // registers the gradients that these replace
import * as tf from "@tensorflow/tfjs-core";
import { reluGradient } from "./activation.ts";
import { hasKernel, runKernel } from "./differentiable.ts";
import { poolPadding, poolPlan, poolShares } from "./pooling.ts";
import { logSoftmaxGradient, softmaxGradient } from "./softmax.ts";

type Gradient = (dy: tf.Tensor, saved: tf.Tensor[], attributes: tf.NamedAttrMap) => Record<string, () => tf.Tensor>;

/** Registers a gradient that is given the inputs named, or the output of the kernel. */
function replace(kernelName: string, saved: string[] | "output", gradient: Gradient): void {
  if (tf.getGradient(kernelName) !== undefined) tf.unregisterGradient(kernelName);
  tf.registerGradient({
    kernelName,
    ...(saved === "output" ? { outputsToSave: [true] } : { inputsToSave: saved }),
    gradFunc: (dy, saved, attributes) => gradient(dy as tf.Tensor, saved, attributes) as never,
  });
}

replace("Relu", ["x"], (dy, [x]) => ({ x: () => reluGradient(x, dy) }));
replace("LeakyRelu", ["x"], (dy, [x], { alpha }) => ({ x: () => reluGradient(x, dy, alpha as number) }));
replace("Abs", ["x"], (dy, [x]) => ({
  x: () => hasKernel("HouseAbsGrad") ? runKernel("HouseAbsGrad", { x, dy })[0] : tf.mul(dy, tf.sign(x)),
}));
replace("Softmax", "output", (dy, [y]) => ({ logits: () => softmaxGradient(y, dy) }));
replace("LogSoftmax", "output", (dy, [y]) => ({ logits: () => logSoftmaxGradient(y, dy) }));

// a comparison is constant almost everywhere; without these a mask made of a differentiated tensor throws
for (const name of ["Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual"]) {
  replace(name, ["a", "b"], (_, [a, b]) => ({ a: () => tf.zerosLike(a), b: () => tf.zerosLike(b) }));
}

// the stock gradient takes a slice and a sum for every repetition
replace("Tile", ["x"], (dy, [x], { reps }) => ({
  x: () => {
    const axes = x.shape.flatMap((n, i) => [(reps as number[])[i], n]);
    return tf.reshape(tf.sum(tf.reshape(dy, axes), x.shape.map((_, i) => 2 * i)), x.shape);
  },
}));

// the stock gradient drops what the border mirrors
replace("MirrorPad", ["x"], (dy, [x], { paddings, mode }) => ({
  x: () => {
    const edge = mode === "reflect" ? 1 : 0;
    return (paddings as [number, number][]).reduce((d, [before, after], axis) => {
      const n = x.shape[axis];
      const part = (first: number, count: number): tf.Tensor =>
        tf.slice(d, d.shape.map((_, i) => i === axis ? first : 0), d.shape.map((size, i) => i === axis ? count : size));
      const fold = (mirrored: tf.Tensor, first: number): tf.Tensor => {
        const rest = n - first - mirrored.shape[axis];
        return tf.pad(tf.reverse(mirrored, axis), d.shape.map((_, i) => i === axis ? [first, rest] : [0, 0]));
      };
      const folded = [part(before, n)];
      if (before > 0) folded.push(fold(part(0, before), edge));
      if (after > 0) folded.push(fold(part(before + n, after), n - edge - after));
      return tf.addN(folded);
    }, dy);
  },
}));

// the stock kernels share dy among the whole window, though the mean was over its part inside of the image
replace("AvgPool", ["x"], (dy, [x], attributes) => ({
  x: () => {
    const plan = poolPlan(x.shape, attributes);
    const shares = poolPadding(plan) === 0 ? dy : tf.mul(dy, poolShares(plan));
    return runKernel("AvgPoolGrad", { dy: shares, input: x }, attributes)[0];
  },
}));
