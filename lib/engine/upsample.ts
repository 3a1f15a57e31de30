// N images · H height · W width · C channels · F factor
import * as tf from "@tensorflow/tfjs-core";
import { differentiable, hasKernel, runKernel } from "./differentiable.ts";

/**
 * Every pixel becomes a square of `factor` × `factor`.
 *
 * @param x [N, H, W, C]
 * @param factor a whole number of at least 1
 * @returns [N, H · F, W · F, C]
 * @throws {RangeError} when the factor is no such number
 */
export function upsampleNearest(x: tf.Tensor, factor: number): tf.Tensor {
  if (!Number.isInteger(factor) || factor < 1) {
    throw new RangeError(`Cannot upsample by a factor of ${factor}: expected a whole number of at least 1`);
  }
  if (!hasKernel("HouseUpsample")) return composed(x, factor);
  return differentiable({
    inputs: { x },
    forward: () => runKernel("HouseUpsample", { x }, { factor })[0],
    backward: (dy) => ({ x: () => runKernel("HouseUpsampleGrad", { dy }, { factor })[0] }),
  });
}

/** By repetition, since the cpu backend's gradient of nearest-neighbour resizing is wrong (its adjoint test fails). */
function composed(x: tf.Tensor, factor: number): tf.Tensor {
  const [n, h, w, c] = x.shape;
  const rows = tf.tile(tf.reshape(x, [n * h, 1, w * c]), [1, factor, 1]);
  const repeated = tf.tile(tf.reshape(rows, [n * h * factor * w, 1, c]), [1, factor, 1]);
  return tf.reshape(repeated, [n, h * factor, w * factor, c]);
}
