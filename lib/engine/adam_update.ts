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

/**
 * The numbers of an update. Those that change from step to step may be scalars: in a step that is recorded, a number
 * would stay as it is.
 */
export interface AdamOptions {
  readonly rate: number | tf.Scalar;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled weight decay: the parameter shrinks by rate · decay. */
  readonly decay: number;
  /** Counted from 1. */
  readonly step: number | tf.Scalar;
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
  const { rate, beta1, beta2, epsilon, step } = options;
  if (hasKernel("HouseAdam") && typeof rate === "number" && typeof step === "number") {
    const attributes = { ...options, rate, step };
    const [updated, mean, square] = runKernel("HouseAdam", { param, gradient, first, second }, attributes);
    tf.dispose([param, first, second]);
    return { param: updated, first: mean, second: square };
  }
  const updated = tf.tidy(() => {
    const { kept, root, pace } = factors(options);
    const m = tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1));
    const v = tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
    const denominator = tf.add(tf.mul(tf.sqrt(v), root), epsilon);
    return { param: tf.sub(tf.mul(param, kept), tf.div(tf.mul(m, pace), denominator)), first: m, second: v };
  });
  tf.dispose([param, first, second]);
  return updated;
}

/** What parameter, root of the mean square and mean are multiplied by. */
function factors(
  { rate, beta1, beta2, decay, step }: AdamOptions,
): Readonly<Record<"kept" | "root" | "pace", number | tf.Tensor>> {
  if (typeof rate === "number" && typeof step === "number") {
    return { kept: 1 - rate * decay, root: 1 / Math.sqrt(1 - beta2 ** step), pace: rate / (1 - beta1 ** step) };
  }
  // 1 − β^step by expm1: float32 keeps no more than four digits of 1 − 0.999
  const correction = (beta: number): tf.Tensor => tf.neg(tf.expm1(tf.mul(step, Math.log(beta))));
  return {
    kept: tf.sub(1, tf.mul(rate, decay)),
    root: beta2 === 0 ? 1 : tf.rsqrt(correction(beta2)),
    pace: beta1 === 0 ? rate : tf.div(rate, correction(beta1)),
  };
}
