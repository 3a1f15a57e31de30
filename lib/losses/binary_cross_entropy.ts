// B samples
import { checkFlag, checkNumber } from "../definition/check.ts";
import { type Part, part } from "../definition/part.ts";
import { mul, type Scalar, softplus, squeeze, sub, type Tensor1D, tidy } from "../engine/ops.ts";
import type { LossInput } from "../types.ts";
import { checkLogits, countRows, meanOfRows } from "./rows.ts";

/** Classification by one logit. */
export interface BinaryCrossEntropy extends Part<"binaryCrossEntropy"> {
  /** Factor of this term in the total; ≥ 0. */
  readonly weight: number;
  /** Whether both classes weigh the same whatever their numbers of rows. */
  readonly balanced: boolean;
}

/** Defines a binary cross-entropy. */
export const binaryCrossEntropy = part<BinaryCrossEntropy>("binaryCrossEntropy", { weight: 1, balanced: false }, {
  check({ weight, balanced }) {
    checkNumber("binaryCrossEntropy.weight", weight, { from: 0 });
    checkFlag("binaryCrossEntropy.balanced", balanced);
  },
});

/**
 * −log of the probability given to the true label, the logit being the log-odds of fake; mean over the rows.
 *
 * @param input `logits` [B, 1]; `labels` [B], 0 or 1, in any order
 * @returns scalar, not yet weighted
 * @throws {TypeError} when the model gives two logits a row
 * @throws {RangeError} when the batch is empty, or `balanced` and without one class
 */
export function binaryCrossEntropyLoss(spec: BinaryCrossEntropy, input: LossInput): Scalar {
  countRows("binary cross-entropy", input);
  checkLogits("binary cross-entropy", input, { classes: 1, other: "crossEntropy" });
  return tidy(() => meanOfRows("binary cross-entropy", rowLosses(input), { input, balanced: spec.balanced }));
}

/** The binary cross-entropy of each row. `logits` [B, 1] → [B]. */
export function rowLosses({ logits, labels }: Pick<LossInput, "logits" | "labels">): Tensor1D {
  // softplus(±l) keeps the digits that softplus(l) − y·l loses where the model is sure and right
  return softplus(mul(sub(1, mul(labels, 2)), squeeze(logits, [1])));
}
