// B samples
import { checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { add, mean, mul, nthLargest, relu, type Scalar, scalar, sub, type Tensor1D, tidy } from "../engine/ops.ts";
import type { LossInput } from "../types.ts";
import { rowLosses } from "./binary_cross_entropy.ts";
import { checkLogits, countRows } from "./rows.ts";

/** Classification by one logit with an eye on the worst rows: conditional value at risk. */
export interface Cvar extends Part<"cvar"> {
  /** Factor of this term in the total; ≥ 0. Robust CLIP: γ = 0.5. */
  readonly weight: number;
  /** α, share of the rows that count, the worst ones; 0 < alpha ≤ 1. */
  readonly alpha: number;
}

/** Defines a CVaR of the binary cross-entropy; α is Robust CLIP's. */
export const cvar: Maker<Cvar> = part("cvar", { weight: 1, alpha: 0.8 }, {
  check({ weight, alpha }) {
    checkNumber("cvar.weight", weight, { from: 0 });
    checkNumber("cvar.alpha", alpha, { above: 0, to: 1 });
  },
});

/**
 * min over λ of λ + mean(max(loss − λ, 0)) / α, which is the mean binary cross-entropy of the worst share α of the
 * rows, the one at its border counted in part.
 *
 * @param input `logits` [B, 1]; `places` [B, H, W, 1] where there are any; `labels` [B], 0 or 1, in any order
 * @returns scalar, not yet weighted; the gradient is that at a fixed λ, as the envelope theorem has it. The border's
 * row, whose loss λ is, stands in the kink of max and gets none, though its share in the value may be a fraction.
 * @throws {TypeError} when the model gives two logits a row
 * @throws {RangeError} when the batch is empty
 *
 * Source: Rockafellar and Uryasev 2000; the code of Robust CLIP (2024) finds λ by a bounded search.
 */
export function cvarLoss({ alpha }: Cvar, input: LossInput): Scalar {
  countRows("CVaR", input);
  checkLogits("CVaR", input, { classes: 1, other: "crossEntropy" });
  return tidy(() => {
    const loss_B = rowLosses(input);
    const threshold = cvarThreshold(loss_B, alpha);
    return add<Scalar>(threshold, mul(mean(relu(sub(loss_B, threshold))), 1 / alpha));
  });
}

/**
 * The λ that minimises λ + mean(max(loss − λ, 0)) / α: with losses ≥ 0, the one below the worst ⌊α · B⌋. It counts as a
 * constant.
 *
 * The derivative by λ is 1 − share / α, of the share of rows with a loss above λ; it changes its sign there. Where
 * α · B is whole, every λ from there to the next larger loss is a minimiser, and this lowest one gives all of the worst
 * rows their gradient.
 *
 * @param loss_B [B], none negative
 */
export function cvarThreshold(loss_B: Tensor1D, alpha: number): Scalar {
  const [rows] = loss_B.shape;
  const worst = Math.floor(alpha * rows + 1e-9); // .29 · 100 is not quite 29
  return worst < rows ? nthLargest(loss_B, worst + 1) : scalar(0);
}
