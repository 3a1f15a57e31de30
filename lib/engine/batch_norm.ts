// R rows: samples, or pixels of all samples · C channels
import * as tf from "@tensorflow/tfjs-core";
import { reluGradient } from "./activation.ts";
import { differentiable, hasKernel, type Inputs, runKernel, shortLived, withConstants } from "./differentiable.ts";

/** What follows the norm. */
export interface BatchNormOptions {
  /** Added to the variance. */
  readonly epsilon: number;
  /** Null unless given. */
  readonly activation?: "relu" | null;
  /** Shaped like x, added before the activation: the other branch of a residual block. Null unless given. */
  readonly residual?: tf.Tensor | null;
}

/** A norm's result, and what it found of its batch. */
export interface BatchNormed {
  /** Shaped like the input. */
  readonly y: tf.Tensor;
  /** [C]; a constant to whoever differentiates. */
  readonly mean: tf.Tensor;
  /** [C]; over R, not R − 1; a constant to whoever differentiates. */
  readonly variance: tf.Tensor;
}

/**
 * Batch normalisation over all axes but the last, by the statistics of the batch at hand, then what follows it:
 * activation((x − mean) / √(variance + ε) · weight + bias + residual).
 *
 * @param x [..., C]
 * @param weight [C]
 * @param bias [C]
 *
 * Source: Batch Normalization (Ioffe and Szegedy 2015), algorithm 1.
 */
export function batchNorm(
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor,
  { epsilon, activation = null, residual = null }: BatchNormOptions,
): BatchNormed {
  if (!hasKernel("HouseBatchNorm")) {
    const { mean, variance } = tf.moments(x, rowsOf(x));
    const y = frozenBatchNorm(x, { weight, bias, mean, variance }, { epsilon, activation, residual });
    return { y, mean, variance };
  }
  const inputs: Inputs = residual === null ? { x, weight, bias } : { x, weight, bias, residual };
  const attributes = { epsilon, activation: activation ?? "none" };
  const [y, mean, variance] = withConstants({
    inputs,
    forward: (save) => {
      const made = runKernel("HouseBatchNorm", inputs, attributes);
      const [y, mean, variance] = made;
      save([x, weight, mean, variance, ...(activation === null ? [] : [y])]);
      return made;
    },
    backward: (dy, [x, weight, mean, variance, y]) => {
      const dz = activation === null || residual === null ? dy : shortLived([reluGradient(y, dy)])[0];
      // with a residual its gradient is wanted by itself, else the kernel looks at the activation on its way
      const given: Inputs = { x, weight, dy: dz, mean, variance, ...(dz === dy && activation !== null ? { y } : {}) };
      const [dx, ofWeight, ofBias] = shortLived(runKernel("HouseBatchNormGrad", given, { epsilon }));
      return {
        x: () => tf.clone(dx),
        weight: () => tf.clone(ofWeight),
        bias: () => tf.clone(ofBias),
        residual: () => tf.clone(dz),
      };
    },
  });
  return { y, mean, variance };
}

/** What a norm by given statistics takes, each [C]. */
type Frozen = Readonly<Record<"weight" | "bias" | "mean" | "variance", tf.Tensor>>;

/**
 * As {@linkcode batchNorm}, by statistics that are given: those of training, when a network is judged.
 *
 * @param params four of [C]
 */
export function frozenBatchNorm(x: tf.Tensor, params: Frozen, options: BatchNormOptions): tf.Tensor {
  return hasKernel("HouseFrozenBatchNorm") ? fusedFrozen(x, params, options) : composedFrozen(x, params, options);
}

function fusedFrozen(
  x: tf.Tensor,
  params: Frozen,
  { epsilon, activation = null, residual = null }: BatchNormOptions,
): tf.Tensor {
  const inputs: Inputs = residual === null ? { x, ...params } : { x, ...params, residual };
  return differentiable({
    inputs,
    forward: (save) => {
      const [y] = runKernel("HouseFrozenBatchNorm", inputs, { epsilon, activation: activation ?? "none" });
      save([x, params.weight, params.mean, params.variance, ...(activation === null ? [] : [y])]);
      return y;
    },
    backward: (dy, [x, weight, mean, variance, y]) => {
      const dz = activation === null ? dy : shortLived([reluGradient(y, dy)])[0];
      const given: Inputs = { x, weight, dy: dz, mean, variance };
      const [dx, ofWeight, ofBias] = shortLived(runKernel("HouseFrozenBatchNormGrad", given, { epsilon }));
      const level = (): tf.Tensor => tf.mul(weight, tf.rsqrt(tf.add(variance, epsilon)));
      return {
        x: () => tf.clone(dx),
        weight: () => tf.clone(ofWeight),
        bias: () => tf.clone(ofBias),
        mean: () => tf.neg(tf.mul(ofBias, level())),
        variance: () => tf.div(tf.mul(tf.mul(ofWeight, weight), -0.5), tf.add(variance, epsilon)),
        residual: () => tf.clone(dz),
      };
    },
  });
}

function composedFrozen(
  x: tf.Tensor,
  { weight, bias, mean, variance }: Frozen,
  { epsilon, activation = null, residual = null }: BatchNormOptions,
): tf.Tensor {
  const scale = tf.mul(weight, tf.rsqrt(tf.add(variance, epsilon)));
  const shifted = tf.add(tf.mul(x, scale), tf.sub(bias, tf.mul(mean, scale)));
  const joined = residual === null ? shifted : tf.add(shifted, residual);
  return activation === null ? joined : tf.relu(joined);
}

function rowsOf(x: tf.Tensor): number[] {
  return x.shape.slice(0, -1).map((_, axis) => axis);
}
