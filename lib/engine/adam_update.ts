import * as tf from "@tensorflow/tfjs-core";
import { hasKernel, runKernel } from "./differentiable.ts";

/** What an update of one parameter works on; its tensors are all of one shape. */
export interface AdamTensors {
  readonly param: tf.Tensor;
  readonly gradient: tf.Tensor;
  /** Running mean of the gradient. */
  readonly first: tf.Tensor;
  /** Running mean of its square. */
  readonly second: tf.Tensor;
  /** Decoupled weight decay: the parameter shrinks by rate · decay. */
  readonly decay: number;
}

/** A parameter and its moments after an update. */
export type Updated = Pick<AdamTensors, "param" | "first" | "second">;

/**
 * The numbers of an update. Those that change from step to step may be scalars: in a step that is recorded, a number
 * would stay as it is.
 */
export interface AdamOptions {
  readonly rate: number | tf.Scalar;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Counted from 1. */
  readonly step: number | tf.Scalar;
}

/**
 * One AdamW update of every parameter: param − rate · decay · param − rate · m̂ / (√v̂ + ε).
 *
 * Consumes `param`, `first` and `second` (on wasm the results take over their memory); the gradients stay the
 * caller's. Must not run inside a function that is being differentiated.
 *
 * @returns the new parameters and moments in the order given, which the caller owns
 *
 * Source: Loshchilov and Hutter 2019, algorithm 2, in the form of PyTorch's `torch.optim.AdamW`: the bias correction
 * divides √v by √(1 − β₂^step) before ε is added.
 */
export function adamUpdate(parameters: readonly AdamTensors[], options: AdamOptions): Updated[] {
  if (hasKernel("HouseAdam")) return fused(parameters, options);
  return parameters.map((tensors) => {
    const updated = tf.tidy(() => composed(tensors, options));
    tf.dispose([tensors.param, tensors.first, tensors.second]);
    return updated;
  });
}

/** All parameters in one call; its inputs are named after the number of their parameter. */
function fused(parameters: readonly AdamTensors[], { rate, step, ...constants }: AdamOptions): Updated[] {
  const inputs: Record<string, tf.Tensor> = {};
  for (const [i, { param, gradient, first, second }] of parameters.entries()) {
    Object.assign(inputs, {
      [`param${i}`]: param,
      [`gradient${i}`]: gradient,
      [`first${i}`]: first,
      [`second${i}`]: second,
    });
  }
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries({ rate, step })) {
    if (typeof value === "number") numbers[name] = value;
    else inputs[name] = value;
  }
  const decays = parameters.map(({ decay }) => decay);
  const made = runKernel("HouseAdam", inputs, { ...constants, ...numbers, decays });
  tf.dispose(parameters.map(({ param, first, second }) => [param, first, second]));
  return parameters.map((_, i) => ({ param: made[3 * i], first: made[3 * i + 1], second: made[3 * i + 2] }));
}

function composed({ param, gradient, first, second, decay }: AdamTensors, options: AdamOptions): Updated {
  const { beta1, beta2, epsilon } = options;
  const { kept, root, pace } = factors(options, decay);
  const m = tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1));
  const v = tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const denominator = tf.add(tf.mul(tf.sqrt(v), root), epsilon);
  return { param: tf.sub(tf.mul(param, kept), tf.div(tf.mul(m, pace), denominator)), first: m, second: v };
}

/** What parameter, root of the mean square and mean are multiplied by. */
function factors(
  { rate, beta1, beta2, step }: AdamOptions,
  decay: number,
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
