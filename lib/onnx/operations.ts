/**
 * What networks here are made of, as nodes of ONNX's operations of version 17. Images are [N, C, H, W] and weights have
 * the shapes of PyTorch's layers, as everywhere in ONNX.
 */
import type { Graph, Value } from "./graph.ts";
import type { OnnxTensor } from "./model.ts";

/** A value, or a number that is the same for all of another's. */
export type Operand = Value | number;

/** A float32 in a graph. */
export function constant(graph: Graph, value: number): Value {
  return graph.weight({ shape: [], data: Float32Array.of(value) });
}

/** Whole numbers in a graph: shapes, axes, places. */
export function wholes(graph: Graph, values: readonly number[]): Value {
  return graph.weight({ shape: [values.length], data: BigInt64Array.from(values, BigInt) });
}

/** a + b, with sides of 1 repeated. */
export function add(a: Value, b: Operand): Value {
  return two("Add", a, b);
}

/** a − b. */
export function sub(a: Value, b: Operand): Value {
  return two("Sub", a, b);
}

/** a · b, number by number. */
export function mul(a: Value, b: Operand): Value {
  return two("Mul", a, b);
}

/** a / b. */
export function div(a: Value, b: Operand): Value {
  return two("Div", a, b);
}

/** Matrices of the last two axes multiplied. */
export function matMul(a: Value, b: Value): Value {
  return two("MatMul", a, b);
}

/** The sine of each number. */
export const sin: (x: Value) => Value = alone("Sin");
/** The cosine of each number. */
export const cos: (x: Value) => Value = alone("Cos");
/** e to the power of each number. */
export const exp: (x: Value) => Value = alone("Exp");
/** The square root of each number. */
export const sqrt: (x: Value) => Value = alone("Sqrt");
/** The error function of each number. */
export const erf: (x: Value) => Value = alone("Erf");
/** The hyperbolic tangent of each number. */
export const tanh: (x: Value) => Value = alone("Tanh");
/** Each number, 0 in the place of negative ones. */
export const relu: (x: Value) => Value = alone("Relu");
/** 1 / (1 + e⁻ˣ). */
export const sigmoid: (x: Value) => Value = alone("Sigmoid");
/** A value's sides, int64. */
export const shape: (x: Value) => Value = alone("Shape");

/** x · σ(x). */
export function silu(x: Value): Value {
  return mul(x, sigmoid(x));
}

/** x · Φ(x), exactly; of version 17 it is five operations, which the runtime makes one of. */
export function gelu(x: Value): Value {
  return mul(mul(x, add(erf(div(x, Math.SQRT2)), 1)), 0.5);
}

/** x · σ(1.702 x), CLIP's. */
export function quickGelu(x: Value): Value {
  return mul(x, sigmoid(mul(x, 1.702)));
}

/** e to the power of each number over their sum along an axis, by default the last. */
export function softmax(x: Value, { axis = -1 }: { readonly axis?: number } = {}): Value {
  return x.graph.node("Softmax", [x], { axis });
}

/** How a filter goes over an image; of an array the first is for heights. */
export interface Filtering {
  /** [O, C / groups, height, width]; of a transposed one [C, O / groups, height, width]. */
  readonly weight: OnnxTensor;
  /** [O] */
  readonly bias?: OnnxTensor;
  readonly stride?: number;
  /** Zeros around the image, on every side. */
  readonly pad?: number;
  /** Into how many groups channels fall, each filtered by itself. */
  readonly groups?: number;
}

/** A convolution: [N, C, H, W] → [N, O, …]. */
export function conv(x: Value, options: Filtering): Value {
  return filtered("Conv", x, options);
}

/** A transposed convolution, which enlarges by its stride: [N, C, H, W] → [N, O, …]. */
export function convTranspose(x: Value, options: Filtering): Value {
  return filtered("ConvTranspose", x, options);
}

function filtered(op: string, x: Value, { weight, bias, stride = 1, pad = 0, groups = 1 }: Filtering): Value {
  const { graph } = x;
  return graph.node(op, [x, graph.weight(weight), ...(bias === undefined ? [] : [graph.weight(bias)])], {
    kernel_shape: weight.shape.slice(2),
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    group: groups,
  });
}

/** Weights of a linear layer, as PyTorch has them. */
export interface Dense {
  /** [O, I] */
  readonly weight: OnnxTensor;
  /** [O] */
  readonly bias?: OnnxTensor;
}

/** A linear layer on the last axis: […, I] → […, O]. */
export function linear(x: Value, { weight, bias }: Dense): Value {
  const made = matMul(x, transpose(x.graph.weight(weight), [1, 0]));
  return bias === undefined ? made : add(made, x.graph.weight(bias));
}

/** The same of a matrix, in one operation: [N, I] → [N, O]. */
export function gemm(x: Value, { weight, bias }: Dense): Value {
  const { graph } = x;
  const inputs = [x, graph.weight(weight), ...(bias === undefined ? [] : [graph.weight(bias)])];
  return graph.node("Gemm", inputs, { transB: 1 });
}

/** What a norm learns, and what it adds to variances. */
export interface Norming {
  readonly weight: OnnxTensor;
  readonly bias: OnnxTensor;
  readonly epsilon?: number;
}

/** Mean 0 and variance 1 along the last axis. */
export function layerNorm(x: Value, { weight, bias, epsilon = 1e-5 }: Norming): Value {
  const { graph } = x;
  return graph.node("LayerNormalization", [x, graph.weight(weight), graph.weight(bias)], {
    axis: -1,
    epsilon: { float: epsilon },
  });
}

/** Mean 0 and variance 1 of each channel of each image: [N, C, …]. */
export function instanceNorm(x: Value, { weight, bias, epsilon = 1e-5 }: Norming): Value {
  const { graph } = x;
  return graph.node("InstanceNormalization", [x, graph.weight(weight), graph.weight(bias)], {
    epsilon: { float: epsilon },
  });
}

/**
 * Mean 0 and variance 1 of each group of channels of each image, [N, C, H, W]: version 17 has no operation for it, and
 * PyTorch exports it in this way.
 *
 * @param options `weight` and `bias` [C], C a multiple of `groups`
 */
export function groupNorm(
  x: Value,
  { groups, weight, bias, epsilon = 1e-5 }: Norming & { readonly groups: number },
): Value {
  const { graph } = x;
  const filled = (value: number) => ({ shape: [groups], data: new Float32Array(groups).fill(value) });
  const grouped = instanceNorm(reshape(x, [0, groups, -1]), { weight: filled(1), bias: filled(0), epsilon });
  const normed = graph.node("Reshape", [grouped, shape(x)]);
  const channels = (tensor: OnnxTensor) => graph.weight({ ...tensor, shape: [weight.shape[0], 1, 1] });
  return add(mul(normed, channels(weight)), channels(bias));
}

/** Every pixel repeated: [N, C, H, W] → [N, C, scale · H, scale · W]. */
export function resizeNearest(x: Value, { scale }: { readonly scale: number }): Value {
  const scales = x.graph.weight({ shape: [4], data: Float32Array.of(1, 1, scale, scale) });
  return x.graph.node("Resize", [x, null, scales], {
    mode: "nearest",
    nearest_mode: "floor",
    coordinate_transformation_mode: "asymmetric",
  });
}

/** The mean over windows that do not overlap: [N, C, H, W] → [N, C, H / size, W / size]. */
export function avgPool(x: Value, { size }: { readonly size: number }): Value {
  return x.graph.node("AveragePool", [x], { kernel_shape: [size, size], strides: [size, size] });
}

/** The same numbers under another shape: 0 is the side that stands there, −1 what is left. */
export function reshape(x: Value, sides: readonly number[]): Value {
  return x.graph.node("Reshape", [x, wholes(x.graph, sides)]);
}

/** Axes in another order. */
export function transpose(x: Value, perm: readonly number[]): Value {
  return x.graph.node("Transpose", [x], { perm: [...perm] });
}

/** Values one behind the other along an axis. */
export function concat(values: readonly Value[], { axis }: { readonly axis: number }): Value {
  return values[0].graph.node("Concat", values, { axis });
}

/** What stands from a place up to another, which is left out, along an axis. */
export function slice(
  x: Value,
  { axis, from, to }: { readonly axis: number; readonly from: number; readonly to: number },
): Value {
  const { graph } = x;
  return graph.node("Slice", [x, wholes(graph, [from]), wholes(graph, [to]), wholes(graph, [axis])]);
}

/** Rows of a table by their numbers, int64 or int32: [V, D] and [N, T] → [N, T, D]. */
export function gather(table: Value, places: Value): Value {
  return table.graph.node("Gather", [table, places], { axis: 0 });
}

/** The mean along axes, which stay as sides of 1. */
export function reduceMean(x: Value, { axes }: { readonly axes: readonly number[] }): Value {
  return x.graph.node("ReduceMean", [x], { axes: [...axes], keepdims: 1 });
}

/** Numbers of another kind as float32. */
export function toFloat(x: Value): Value {
  return x.graph.node("Cast", [x], { to: 1 });
}

function two(op: string, a: Value, b: Operand): Value {
  return a.graph.node(op, [a, typeof b === "number" ? constant(a.graph, b) : b]);
}

function alone(op: string): (x: Value) => Value {
  return (x) => x.graph.node(op, [x]);
}
