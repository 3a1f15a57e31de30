import * as tf from "@tensorflow/tfjs-core";
import { hasKernel, runKernel } from "./differentiable.ts";

/** What an update of one parameter works on; all of one shape. */
export interface AdamTensors {
  readonly param: tf.Tensor;
  readonly gradient: tf.Tensor;
  /** Running mean of the gradient. */
  readonly first: tf.Tensor;
  /** Running mean of its square. */
  readonly second: tf.Tensor;
}

/** The numbers of an update. */
export interface AdamOptions {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled weight decay: the parameter shrinks by rate · decay. */
  readonly decay: number;
  /** Counted from 1. */
  readonly step: number;
}

/**
 * One AdamW update of one parameter: param − rate · decay · param − rate · m̂ / (√v̂ + ε).
 *
 * Consumes `param`, `first` and `second` (on wasm the result takes over their memory); the gradient stays the
 * caller's. Must not run inside a function that is being differentiated.
 *
 * @returns the new parameter and moments, which the caller owns
 *
 * Source: Loshchilov and Hutter 2019, algorithm 2, in the form of PyTorch's `torch.optim.AdamW`: the bias correction
 * divides √v by √(1 − β₂^step) before ε is added.
 */
export function adamUpdate(tensors: AdamTensors, options: AdamOptions): Omit<AdamTensors, "gradient"> {
  const { param, gradient, first, second } = tensors;
  if (hasKernel("HouseAdam")) {
    const [updated, mean, square] = runKernel("HouseAdam", { param, gradient, first, second }, { ...options });
    tf.dispose([param, first, second]);
    return { param: updated, first: mean, second: square };
  }
  const { rate, beta1, beta2, epsilon, decay, step } = options;
  const updated = tf.tidy(() => {
    const m = tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1));
    const v = tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
    const denominator = tf.add(tf.mul(tf.sqrt(v), 1 / Math.sqrt(1 - beta2 ** step)), epsilon);
    const shift = tf.div(tf.mul(m, rate / (1 - beta1 ** step)), denominator);
    return { param: tf.sub(tf.mul(param, 1 - rate * decay), shift), first: m, second: v };
  });
  tf.dispose([param, first, second]);
  return updated;
}
