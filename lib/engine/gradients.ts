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

/** Of a kernel with several outputs, `dy` is a list. */
type Gradient = (dy: tf.Tensor, saved: tf.Tensor[], attributes: tf.NamedAttrMap) => Record<string, () => tf.Tensor>;

/** Registers a gradient that is given the inputs named, then the kernel's output if "output" stands behind them. */
function replace(kernelName: string, saved: readonly string[], gradient: Gradient): void {
  if (tf.getGradient(kernelName) !== undefined) tf.unregisterGradient(kernelName);
  tf.registerGradient({
    kernelName,
    inputsToSave: saved.filter((name) => name !== "output"),
    outputsToSave: saved.includes("output") ? [true] : [],
    gradFunc: (dy, saved, attributes) => gradient(dy as tf.Tensor, saved, attributes) as never,
  });
}

replace("Relu", ["x"], (dy, [x]) => ({ x: () => reluGradient(x, dy) }));
replace("LeakyRelu", ["x"], (dy, [x], { alpha }) => ({ x: () => reluGradient(x, dy, alpha as number) }));
replace("Abs", ["x"], (dy, [x]) => ({
  x: () => hasKernel("HouseAbsGrad") ? runKernel("HouseAbsGrad", { x, dy })[0] : tf.mul(dy, tf.sign(x)),
}));
replace("Softmax", ["output"], (dy, [y]) => ({ logits: () => softmaxGradient(y, dy) }));
replace("LogSoftmax", ["output"], (dy, [y]) => ({ logits: () => logSoftmaxGradient(y, dy) }));

// a comparison is constant almost everywhere; without these a mask made of a differentiated tensor throws
for (const name of ["Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual", "LogicalAnd"]) {
  replace(name, ["a", "b"], (_, [a, b]) => ({ a: () => tf.zeros(a.shape), b: () => tf.zeros(b.shape) }));
}
replace("LogicalNot", ["x"], (_, [x]) => ({ x: () => tf.zeros(x.shape) }));

// the stock gradient goes through a rounding as if it were none
replace("Cast", ["x"], (dy, [x], { dtype }) => ({
  x: () => x.dtype === "float32" && dtype === "float32" ? tf.clone(dy) : tf.zeros(x.shape),
}));

// the stock gradients of these keep the shape that their operands were broadcast to, and are refused
replace("Maximum", ["a", "b"], (dy, [a, b]) => ({
  a: () => summedTo(a.shape, tf.mul(dy, tf.cast(tf.greaterEqual(a, b), "float32"))),
  b: () => summedTo(b.shape, tf.mul(dy, tf.cast(tf.less(a, b), "float32"))),
}));
replace("Minimum", ["a", "b"], (dy, [a, b]) => ({
  a: () => summedTo(a.shape, tf.mul(dy, tf.cast(tf.lessEqual(a, b), "float32"))),
  b: () => summedTo(b.shape, tf.mul(dy, tf.cast(tf.greater(a, b), "float32"))),
}));
replace("BatchMatMul", ["a", "b"], (dy, saved, { transposeA, transposeB }) => {
  const [a, b] = saved as tf.Tensor3D[];
  const [turnedA, turnedB] = [transposeA === true, transposeB === true];
  const d = dy as tf.Tensor3D;
  return {
    a: () => summedTo(a.shape, turnedA ? tf.matMul(b, d, turnedB, true) : tf.matMul(d, b, false, !turnedB)),
    b: () => summedTo(b.shape, turnedB ? tf.matMul(d, a, true, turnedA) : tf.matMul(a, d, !turnedA, false)),
  };
});

// the stock gradients give all of dy to each of several equal extremes; here they share it, as in PyTorch's amax
for (const [name, axes] of [["Max", "reductionIndices"], ["Min", "axis"]]) {
  replace(name, ["x", "output"], (dy, [x, y], attributes) => ({
    x: () => {
      const over = tf.util.parseAxisParam(attributes[axes] as number[], x.shape);
      const kept = x.shape.map((n, axis) => over.includes(axis) ? 1 : n);
      const chosen = tf.cast(tf.equal(x, tf.reshape(y, kept)), "float32");
      return tf.mul(chosen, tf.div(tf.reshape(dy, kept), tf.sum(chosen, over, true)));
    },
  }));
}

// the stock gradients do without a list where there is one part only, and then miss it
replace("Unpack", [], (dy, _, { axis }) => ({ value: () => tf.stack([dy].flat(), axis as number) }));
replace("SplitV", [], (dy, _, { axis }) => ({ x: () => tf.concat([dy].flat(), axis as number) }));

// the stock gradient takes a slice and a sum for every repetition, and ends at four axes
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

/** The sum of a gradient over the axes along which an operand of a shape was repeated. */
function summedTo(shape: number[], gradient: tf.Tensor): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return axes.length === 0 ? gradient : tf.reshape(tf.sum(gradient, axes), shape);
}
