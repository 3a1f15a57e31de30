// B samples · H, W places of a map
import { checkFlag, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { mean, mul, reshape, type Scalar, softplus, squeeze, sub, type Tensor1D, tidy } from "../engine/ops.ts";
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
export const binaryCrossEntropy: Maker<BinaryCrossEntropy> = part(
  "binaryCrossEntropy",
  { weight: 1, balanced: false },
  {
    check({ weight, balanced }) {
      checkNumber("binaryCrossEntropy.weight", weight, { from: 0 });
      checkFlag("binaryCrossEntropy.balanced", balanced);
    },
  },
);

/**
 * −log of the probability given to the true label, the logit being the log-odds of fake; mean over the rows. Where the
 * head judges places, a row's loss is the mean over its places, each of which has the row's label.
 *
 * @param input `logits` [B, 1]; `places` [B, H, W, 1] where there are any; `labels` [B], 0 or 1, in any order
 * @returns scalar, not yet weighted
 * @throws {TypeError} when the model gives two logits a row
 * @throws {RangeError} when the batch is empty, or `balanced` and without one class
 */
export function binaryCrossEntropyLoss(spec: BinaryCrossEntropy, input: LossInput): Scalar {
  countRows("binary cross-entropy", input);
  checkLogits("binary cross-entropy", input, { classes: 1, other: "crossEntropy" });
  return tidy(() => meanOfRows("binary cross-entropy", rowLosses(input), { input, balanced: spec.balanced }));
}

/** The binary cross-entropy of each row, as {@linkcode binaryCrossEntropyLoss} has it. [B]. */
export function rowLosses({ logits, places, labels }: Pick<LossInput, "logits" | "places" | "labels">): Tensor1D {
  // softplus(±l) keeps the digits that softplus(l) − y·l loses where the model is sure and right
  const sign_B = sub(1, mul(labels, 2));
  if (places === undefined) return softplus(mul(sign_B, squeeze(logits, [1])));
  return mean<Tensor1D>(softplus(mul(reshape(sign_B, [-1, 1, 1, 1]), places)), [1, 2, 3]);
}
