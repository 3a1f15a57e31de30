// B samples · K = 2 classes
import { checkFlag, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { add, logSoftmax, mul, neg, type Scalar, stack, sub, sum, type Tensor1D, tidy } from "../engine/ops.ts";
import type { LossInput } from "../types.ts";
import { checkLogits, countRows, meanOfRows } from "./rows.ts";

/** Classification by two logits. */
export interface CrossEntropy extends Part<"crossEntropy"> {
  /** Factor of this term in the total; ≥ 0. */
  readonly weight: number;
  /** Share of the target spread evenly over both classes (label smoothing); 0 ≤ smoothing < 1. */
  readonly smoothing: number;
  /** Whether both classes weigh the same whatever their numbers of rows. */
  readonly balanced: boolean;
}

/** Defines a cross-entropy. */
export const crossEntropy: Maker<CrossEntropy> = part("crossEntropy", { weight: 1, smoothing: 0, balanced: false }, {
  check({ weight, smoothing, balanced }) {
    checkNumber("crossEntropy.weight", weight, { from: 0 });
    checkNumber("crossEntropy.smoothing", smoothing, { from: 0, below: 1 });
    checkFlag("crossEntropy.balanced", balanced);
  },
});

/**
 * −Σ target · log softmax(logits), mean over the rows; the target is (1 − smoothing) at the true class plus
 * smoothing / 2 at both (Szegedy et al. 2016, section 7).
 *
 * @param input `logits` [B, 2], real then fake; `labels` [B], 0 or 1, in any order
 * @returns scalar, not yet weighted
 * @throws {TypeError} when the model gives one logit a row
 * @throws {RangeError} when the batch is empty, or `balanced` and without one class
 */
export function crossEntropyLoss(spec: CrossEntropy, input: LossInput): Scalar {
  countRows("cross-entropy", input);
  checkLogits("cross-entropy", input, { classes: 2, other: "binaryCrossEntropy" });
  return tidy(() => {
    const target_B = add(mul(input.labels, 1 - spec.smoothing), spec.smoothing / 2);
    const target_BK = stack([sub(1, target_B), target_B], 1);
    const loss_B = neg(sum(mul(target_BK, logSoftmax(input.logits)), 1)) as Tensor1D;
    return meanOfRows("cross-entropy", loss_B, { input, balanced: spec.balanced });
  });
}
