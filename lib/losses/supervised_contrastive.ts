// B samples · D embedding width · N rows of one class
import { checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { add, logSoftmax, mul, type Scalar, slice, sub, type Tensor2D, tidy } from "../engine/ops.ts";
import type { LossInput } from "../types.ts";
import { distinctPairs, similarities, sumOfPairs, unitRows } from "./pairs.ts";
import { countClasses } from "./rows.ts";

/** The supervised contrastive term that AlignedForensics offers. */
export interface SupervisedContrastive extends Part<"supervisedContrastive"> {
  /** Factor of this term in the total; ≥ 0. */
  readonly weight: number;
  /** τ, what cosine similarities are divided by before the softmax; > 0. */
  readonly temperature: number;
}

/** Defines a supervised contrastive term; the temperature is that of its authors' code. */
export const supervisedContrastive: Maker<SupervisedContrastive> = part("supervisedContrastive", {
  weight: 1,
  temperature: 0.07,
}, {
  check({ weight, temperature }) {
    checkNumber("supervisedContrastive.weight", weight, { from: 0 });
    checkNumber("supervisedContrastive.temperature", temperature, { above: 0 });
  },
});

/**
 * −log of the probability that a row picks another of its class, by a softmax of similarity / temperature over all rows
 * but itself; the mean over the others of its class, then over all rows. A row that is alone in its class counts 0. The
 * classes are real and everything else.
 *
 * @param input `embedding` [B, D], not yet normalised; `groups` say which rows are real
 * @returns scalar, not yet weighted
 * @throws {RangeError} when the batch has rows of one class only
 *
 * Source: Khosla et al. 2020, equation 2, with one view of each image. The code that AlignedForensics carries
 * multiplies by temperature / 0.07, which is 1 at the default; its training never calls it.
 */
export function supervisedContrastiveLoss({ temperature }: SupervisedContrastive, input: LossInput): Scalar {
  const { real, other } = countClasses("supervised contrastive", input);
  const rows = real + other;
  return tidy(() => {
    const unit_BD = unitRows(input.embedding);
    const closeness_BB = mul(similarities(unit_BD, unit_BD), 1 / temperature);
    // far below any other, so that no row picks itself
    const itself_BB = mul(sub(1, distinctPairs(rows)), -1e9);
    const log_BB = logSoftmax(add(closeness_BB, itself_BB)) as Tensor2D;
    const ofClass = (from: number, count: number): Scalar => {
      const log_NN = slice(log_BB, [from, from], [count, count]);
      return mul(sumOfPairs(log_NN), -1 / (rows * Math.max(count - 1, 1)));
    };
    return add<Scalar>(ofClass(0, real), ofClass(real, other));
  });
}
