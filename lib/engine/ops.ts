/**
 * The operations the house uses, by name; the few we add. Everyone outside `engine` takes tensors and
 * operations from here, so that TensorFlow.js stays behind one door.
 */
// B rows · I input width · O output width · N values of one row's last axis
import * as tf from "@tensorflow/tfjs-core";

export {
  abs,
  add,
  addN,
  avgPool,
  cast,
  clipByValue,
  clone,
  concat,
  conv2d,
  conv2dTranspose,
  cos,
  depthwiseConv2d,
  div,
  dot,
  equal,
  exp,
  expandDims,
  fill as constant,
  gather,
  greater,
  greaterEqual,
  keep,
  leakyRelu,
  less,
  lessEqual,
  log,
  logicalAnd,
  logicalNot,
  logSoftmax,
  matMul,
  max,
  maximum,
  maxPool,
  mean,
  memory,
  min,
  minimum,
  mirrorPad,
  mul,
  neg,
  notEqual,
  oneHot,
  onesLike,
  pad,
  relu,
  reshape,
  reverse,
  scalar,
  sigmoid,
  sin,
  slice,
  softmax,
  softplus,
  split,
  sqrt,
  square,
  squeeze,
  stack,
  sub,
  sum,
  tanh,
  tensor,
  tidy,
  tile,
  transpose,
  unstack,
  where,
  zeros,
  zerosLike,
} from "@tensorflow/tfjs-core";
export type {
  DataType,
  Rank,
  Scalar,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  TensorLike,
} from "@tensorflow/tfjs-core";

/**
 * Value and gradients of a scalar function of some tensors.
 *
 * @param f sees `leaves`; returns the scalar and a record of tensors to keep beside it
 * @returns tensors that the caller owns; zeros where the value does not depend on a leaf
 */
export function variableGradients<Aux extends Readonly<Record<string, tf.Tensor>>>(
  f: (leaves: tf.Tensor[]) => { value: tf.Scalar; aux: Aux },
  leaves: tf.Tensor[],
): { value: tf.Scalar; gradients: tf.Tensor[]; aux: Aux } {
  let aux: Aux | undefined;
  const { value, grads } = tf.engine().gradients(() => {
    const result = f(leaves);
    aux = result.aux;
    for (const tensor of Object.values(aux)) tf.keep(tensor);
    return result.value;
  }, leaves);
  const gradients = grads.map((gradient, i) => gradient ?? tf.zerosLike(leaves[i]));
  return { value: value as tf.Scalar, gradients, aux: aux! };
}

/**
 * x · weightᵀ + bias over the last axis, then an activation.
 *
 * @param x [..., I]
 * @param weight [O, I], as PyTorch stores it
 * @param bias [O] or null
 */
export function linear(
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor | null,
  activation: "gelu" | "relu" | null = null,
): tf.Tensor {
  const flat = tf.reshape(x, [-1, x.shape[x.rank - 1]]);
  const product = tf.matMul(flat as tf.Tensor2D, weight as tf.Tensor2D, false, true);
  const shifted = bias === null ? product : tf.add(product, bias);
  const active = activation === "gelu" ? gelu(shifted) : activation === "relu" ? tf.relu(shifted) : shifted;
  return tf.reshape(active, [...x.shape.slice(0, -1), weight.shape[0]]);
}

/** Gaussian error linear unit, x · Φ(x) with the exact error function (Hendrycks and Gimpel 2016). Any shape. */
export function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}

/** Layer normalisation over the last axis (Ba et al. 2016). `weight` and `bias` [N]. */
export function layerNorm(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, epsilon: number): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon))), weight), bias);
}
