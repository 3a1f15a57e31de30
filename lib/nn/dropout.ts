/** What a network leaves out while it learns. */
// B samples
import { cast, div, greaterEqual, mul, reshape, type Tensor, tidy } from "../engine/ops.ts";

/**
 * Dropout: each value is zero with probability `rate`, the others are divided by 1 − rate.
 *
 * @param uniform numbers 0…1 in the shape of `x`: where they stay below `rate`, values are left out; null keeps all,
 * as a network is judged
 *
 * Source: Srivastava et al. 2014, in the form that PyTorch has: scaled while it learns, so that nothing is while it is
 * judged.
 */
export function dropout(x: Tensor, { rate, uniform }: { rate: number; uniform: Tensor | null }): Tensor {
  if (uniform === null || rate === 0) return x;
  return tidy(() => mul(x, div(cast(greaterEqual(uniform, rate), "float32"), 1 - rate)));
}

/**
 * Drop path, or stochastic depth: the branch of a residual block is left out for a sample with probability `rate`, and
 * divided by 1 − rate for the others. [B, ...] → [B, ...].
 *
 * @param uniform [B], as in {@linkcode dropout}
 *
 * Source: Huang et al. 2016, by sample as timm has it.
 */
export function dropPath(branch: Tensor, { rate, uniform }: { rate: number; uniform: Tensor | null }): Tensor {
  if (uniform === null || rate === 0) return branch;
  return tidy(() => {
    const each = reshape(uniform, [branch.shape[0], ...branch.shape.slice(1).map(() => 1)]);
    return dropout(branch, { rate, uniform: each });
  });
}
