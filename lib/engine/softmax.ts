// R rows · C values of a row
import * as tf from "@tensorflow/tfjs-core";
import { hasKernel, runKernel } from "./differentiable.ts";

/**
 * The logarithm of softmax over the last axis.
 *
 * TensorFlow.js composes its own of six kernels, though most backends have one for all of it.
 */
export function logSoftmax(x: tf.Tensor): tf.Tensor {
  return hasKernel("LogSoftmax") ? runKernel("LogSoftmax", { logits: x }, { axis: -1 })[0] : tf.logSoftmax(x);
}

/** The gradient of softmax over the last axis, from its output and the output's gradient. */
export function softmaxGradient(y: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  if (hasKernel("HouseSoftmaxGrad")) return runKernel("HouseSoftmaxGrad", { y, dy })[0];
  const weighted = tf.mul(dy, y);
  return tf.sub(weighted, tf.mul(tf.sum(weighted, -1, true), y));
}

/** The gradient of log-softmax over the last axis, from its output and the output's gradient. */
export function logSoftmaxGradient(y: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  if (hasKernel("HouseLogSoftmaxGrad")) return runKernel("HouseLogSoftmaxGrad", { y, dy })[0];
  return tf.sub(dy, tf.mul(tf.sum(dy, -1, true), tf.exp(y)));
}
