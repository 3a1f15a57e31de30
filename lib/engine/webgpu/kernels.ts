/**
 * Kernels that TensorFlow.js's webgpu backend has wrong, or for few axes only, made of those that are right where that
 * is possible. What the house has no kernel for here is composed where it is asked for, as on cpu.
 */
import * as tf from "@tensorflow/tfjs-core";
import { runKernel } from "../differentiable.ts";
import { poolPlan } from "../pooling.ts";
import { replaceKernels, type Replacement } from "../replace_kernels.ts";
import { maxPoolGradient, type ProgramRunner } from "./max_pool.ts";

type Kernel = Replacement<ProgramRunner>;

/** Axes that every stock shader knows; some end here, some at six. */
const MOST_AXES = 4;

/** Puts the kernels in the place of TensorFlow.js's own. */
export function registerKernels(): void {
  replaceKernels("webgpu", kernels);
}

const kernels: Readonly<Record<string, Kernel>> = {
  // the stock kernel hands on the whole numbers under another name, and shaders that copy them are refused by the card
  Cast: ({ inputs: { x }, attributes: { dtype }, stock }) =>
    dtype === "float32" && x.dtype !== "float32"
      ? tf.tidy(() => runKernel("Multiply", { a: x, b: tf.scalar(1) })[0])
      : stock(),
  // the stock shader copies floats alone
  Transpose: ({ inputs: { x }, attributes: { perm }, stock }) =>
    x.dtype === "float32" ? stock() : asFloats(x, (floats) => tf.transpose(floats, perm as number[])),
  PadV2: ({ inputs: { x }, attributes, stock }) => {
    const [paddings, value] = [attributes.paddings as [number, number][], attributes.constantValue as number];
    if (x.dtype !== "float32") return asFloats(x, (floats) => tf.pad(floats, paddings, value));
    if (x.rank <= MOST_AXES) return stock();
    return alongEach(x, (y, axis) => isNone(paddings[axis]) ? y : tf.pad(y, [[0, 0], paddings[axis], [0, 0]], value));
  },
  Reverse: ({ inputs: { x }, attributes: { dims }, stock }) => {
    if (x.rank <= MOST_AXES) return stock();
    const axes = tf.util.parseAxisParam(dims as number[], x.shape);
    return alongEach(x, (y, axis) => axes.includes(axis) ? tf.reverse(y, 1) : y);
  },
  // with more axes the stock kernel computes in JavaScript
  Tile: ({ inputs: { x }, attributes, stock }) => {
    const reps = attributes.reps as number[];
    return x.rank <= MOST_AXES
      ? stock()
      : alongEach(x, (y, axis) => reps[axis] === 1 ? y : tf.tile(y, [1, reps[axis], 1]));
  },
  // the values of all three stand in the same order
  Select: ({ inputs: { condition, t, e }, stock }) =>
    t.rank <= MOST_AXES || condition.rank !== t.rank ? stock() : tf.tidy(() => {
      const [choice, yes, no] = [condition, t, e].map((each) => tf.reshape(each, [-1]));
      return tf.reshape(runKernel("Select", { condition: choice, t: yes, e: no })[0], t.shape);
    }),
  // the stock kernels divide by the size of what is summed over when there is nothing to be summed
  Sum: reduction({ axes: "axis", ofNothing: 0, reduce: tf.sum }),
  Mean: reduction({ axes: "axis", ofNothing: NaN, reduce: tf.mean }),
  Max: reduction({ axes: "reductionIndices", ofNothing: -Infinity, reduce: tf.max }),
  Min: reduction({ axes: "axis", ofNothing: Infinity, reduce: tf.min }),
  // the stock kernel multiplies by nothing as if by something
  BatchMatMul: ({ inputs: { a, b }, attributes: { transposeA, transposeB }, stock }) => {
    if (a.size > 0 && b.size > 0) return stock();
    const [rows, columns] = [a.shape.at(transposeA ? -1 : -2)!, b.shape.at(transposeB ? -2 : -1)!];
    const leading = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    return tf.zeros([...leading, rows, columns]);
  },
  MaxPoolGrad: ({ inputs: { dy, input }, attributes, backend }) =>
    maxPoolGradient(backend, { dy, x: input }, poolPlan(input.shape, attributes)),
  // the stock kernel gives all of them to one shader, and cards take eight tensors or some more
  AddN: ({ inputs, backend, stock }) => {
    const tensors = Object.values(inputs);
    const most = backend.device.limits.maxStorageBuffersPerShaderStage - 1;
    if (tensors.length <= most) return stock();
    return tf.tidy(() => tf.add(tf.addN(tensors.slice(0, most)), tf.addN(tensors.slice(most))));
  },
  // the stock kernel cannot tell how many rows of nothing there are
  UnsortedSegmentSum: ({ inputs: { x }, attributes: { numSegments }, stock }) =>
    x.size > 0 ? stock() : tf.zeros([numSegments as number, ...x.shape.slice(1)]),
  // the stock kernel takes 1 from the exponential, of which float32 keeps four digits at 0.001
  Expm1: ({ inputs: { x } }) =>
    tf.tidy(() => {
      const nested = [8, 7, 6, 5, 4, 3, 2].reduce(
        (inner: tf.Tensor, n) => tf.add(tf.mul(tf.div(x, n), inner), 1),
        tf.onesLike(x),
      );
      return tf.where(tf.less(tf.abs(x), 0.5), tf.mul(x, nested), tf.sub(tf.exp(x), 1));
    }),
};

/** A reduction over any axes of any number: its attribute that names them, its value over nothing, and itself. */
function reduction(
  { axes: named, ofNothing, reduce }: {
    readonly axes: string;
    readonly ofNothing: number;
    readonly reduce: (x: tf.Tensor, axis: number, keepDims: boolean) => tf.Tensor;
  },
): Kernel {
  return ({ inputs: { x }, attributes, stock }) => {
    if (x.rank <= MOST_AXES && x.size > 0) return stock();
    const axes = tf.util.parseAxisParam(attributes[named] as number[], x.shape);
    const [left] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes);
    const shape = attributes.keepDims ? tf.backend_util.expandShapeToKeepDim(left, axes) : left;
    if (x.size === 0) return tf.fill(shape, ofNothing, x.dtype === "float32" ? "float32" : "int32");
    return tf.tidy(() => tf.reshape(alongEach(x, (y, axis) => axes.includes(axis) ? reduce(y, 1, true) : y), shape));
  };
}

/** What an operation makes of whole numbers or booleans as floats, which are exact up to 2²⁴, as they were. */
function asFloats(x: tf.Tensor, operation: (floats: tf.Tensor) => tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.cast(operation(tf.cast(x, "float32")), x.dtype));
}

/** Changes a tensor along each of its axes in turn, which stands in the middle of three then. */
function alongEach(x: tf.Tensor, change: (y: tf.Tensor, axis: number) => tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    let shape: number[] = x.shape;
    let y: tf.Tensor = tf.reshape(x, shape);
    for (const axis of shape.keys()) {
      const size = (of: readonly number[]): number => of.reduce((product, n) => product * n, 1);
      y = change(tf.reshape(y, [size(shape.slice(0, axis)), shape[axis], size(shape.slice(axis + 1))]), axis);
      shape = shape.with(axis, (y.shape as number[])[1]);
    }
    return tf.reshape(y, shape);
  });
}

function isNone([before, after]: readonly [number, number]): boolean {
  return before === 0 && after === 0;
}
