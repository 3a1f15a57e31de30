// N values
import * as tf from "@tensorflow/tfjs-core";
import { differentiable } from "./differentiable.ts";

/**
 * The value at a place in the order of N values: the largest at rank 1, the smallest at rank N. It counts as a
 * constant, no gradient passes.
 *
 * @param x [N]
 * @returns scalar
 */
export function nthLargest(x: tf.Tensor1D, rank: number): tf.Scalar {
  return differentiable({
    inputs: { x },
    forward: () => tf.reshape(tf.slice(tf.topk(x, rank).values, [rank - 1], [1]), []),
    backward: () => ({ x: () => tf.zeros(x.shape) }),
  }) as tf.Scalar;
}
