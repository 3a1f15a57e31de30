/**
 * The operations the house uses, by name; the few we add. Everyone outside `engine` takes tensors and
 * operations from here, so that TensorFlow.js stays behind one door.
 */
import * as tf from "@tensorflow/tfjs-core";
import { freeingTape, freeOnTheWayBack, tapingFrom } from "./tape.ts";

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
  ones,
  onesLike,
  pad,
  pow,
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
export type { Activation } from "./activation.ts";
export { type AdamOptions, type AdamTensors, adamUpdate, type Updated } from "./adam_update.ts";
export { addScaled } from "./add_scaled.ts";
export { batchNorm, type BatchNormed, type BatchNormOptions, frozenBatchNorm } from "./batch_norm.ts";
export {
  convolve,
  type ConvolveOptions,
  convolveTranspose,
  type ConvolveTransposeOptions,
  depthwise,
  type Padding,
} from "./convolve.ts";
export { gelu, type GeluForm } from "./gelu.ts";
export { nthLargest } from "./largest.ts";
export { layerNorm } from "./layer_norm.ts";
export { linear } from "./linear.ts";
export { mlp, type MlpOptions, type MlpParams } from "./mlp.ts";
export { product } from "./narrowed.ts";
export { logSoftmax } from "./softmax.ts";
export { upsampleNearest } from "./upsample.ts";

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
  const { value, grads } = freeingTape(() =>
    tapingFrom(leaves, () =>
      tf.engine().gradients(() => {
        const result = f(leaves);
        aux = result.aux;
        for (const tensor of Object.values(aux)) tf.keep(tensor);
        freeOnTheWayBack(leaves);
        return result.value;
      }, leaves)), () => tf.dispose({ ...aux }));
  const gradients = grads.map((gradient, i) => gradient ?? tf.zerosLike(leaves[i]));
  return { value: value as tf.Scalar, gradients, aux: aux! };
}
