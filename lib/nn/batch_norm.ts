// B samples · H, W height and width · C channels · R rows: pixels of all samples
import {
  add,
  batchNorm,
  type BatchNormOptions,
  constant,
  frozenBatchNorm,
  keep,
  mul,
  type Tensor,
  tidy,
} from "../engine/ops.ts";
import { ones, zeros } from "./initial.ts";
import type { NormParams } from "./norm.ts";

/** What a batch norm remembers of its batches, under PyTorch's names; gradients do not move it. */
export type BatchNormBuffers = {
  /** [C] */
  readonly running_mean: Tensor;
  /** [C] */
  readonly running_var: Tensor;
  /** Scalar: batches seen. */
  readonly num_batches_tracked: Tensor;
};

/** What follows the norm: ReLU, and before it the other branch of a residual block. */
export type AfterNorm = Omit<BatchNormOptions, "epsilon">;

/** A norm in one of its two modes: how a network is written once for both. */
export type Norm = (params: NormParams, buffers: BatchNormBuffers, x: Tensor, after?: AfterNorm) => Tensor;

/** How much of the buffers a batch replaces, and what is added to variances: PyTorch's defaults. */
const momentum = 0.1, epsilon = 1e-5;

/** Mean 0 and variance 1 before the first batch. The parameters are those of any norm, `initNorm`. */
export function initBatchNorm(channels: number): BatchNormBuffers {
  return { running_mean: zeros([channels]), running_var: ones([channels]), num_batches_tracked: constant([], 0) };
}

/**
 * Batch normalisation as a network is judged: by what it remembers. [..., C] → [..., C].
 *
 * @returns activation(norm(x) + residual)
 */
export function applyBatchNorm(
  { weight, bias }: NormParams,
  { running_mean, running_var }: BatchNormBuffers,
  x: Tensor,
  after: AfterNorm = {},
): Tensor {
  return tidy(() =>
    frozenBatchNorm(x, { weight, bias, mean: running_mean, variance: running_var }, { ...after, epsilon })
  );
}

/**
 * Batch normalisation as a network learns: by the batch at hand. [..., C] → [..., C].
 *
 * @returns activation(norm(x) + residual), and the buffers after this batch: of the old ones nine tenths, of the
 * batch's mean and variance one
 * @throws {TypeError} when a channel has a single value, which says nothing of a variance
 *
 * Source: Ioffe and Szegedy 2015 as PyTorch has it: the norm divides by the variance over R, the running one is
 * over R − 1.
 */
export function trainBatchNorm(
  { weight, bias }: NormParams,
  { running_mean, running_var, num_batches_tracked }: BatchNormBuffers,
  x: Tensor,
  after: AfterNorm = {},
): { y: Tensor; buffers: BatchNormBuffers } {
  const rows = x.size / x.shape[x.rank - 1];
  if (rows < 2) {
    throw new TypeError(
      `Cannot norm [${x.shape.join(", ")}] by its batch: one value a channel, expected at least 2; give more images`,
    );
  }
  return tidy(() => {
    const { y, mean, variance } = batchNorm(x, weight, bias, { ...after, epsilon });
    const towards = (old: Tensor, found: Tensor, factor: number) =>
      add(mul(old, 1 - momentum), mul(found, momentum * factor));
    return {
      y,
      buffers: {
        running_mean: towards(running_mean, mean, 1),
        running_var: towards(running_var, variance, rows / (rows - 1)),
        num_batches_tracked: add(num_batches_tracked, 1),
      },
    };
  });
}

/**
 * The norm of a network in training, and what becomes of the buffers of all its norms.
 *
 * @returns `moved`: a buffer's successor, undefined for one whose norm was not called; successors outlive the scope
 * in which the norm is called, and the caller owns them
 */
export function trainingNorm(): { norm: Norm; moved: (buffer: Tensor) => Tensor | undefined } {
  const successors = new Map<Tensor, Tensor>();
  return {
    norm: (params, buffers, x, after) => {
      const { y, buffers: next } = trainBatchNorm(params, buffers, x, after);
      for (const name of ["running_mean", "running_var", "num_batches_tracked"] as const) {
        successors.set(buffers[name], keep(next[name]));
      }
      return y;
    },
    moved: (buffer) => successors.get(buffer),
  };
}
