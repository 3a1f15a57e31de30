// B samples · D embedding width · R real rows · F other rows
import { checkFlag, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { add, mul, relu, type Scalar, scalar, slice, square, sub, sum, type Tensor2D, tidy } from "../engine/ops.ts";
import type { LossInput } from "../types.ts";
import { similarities, sumOfPairs, unitRows } from "./pairs.ts";
import { countRows, told } from "./rows.ts";

/** The contrastive term of dual-loss learning. */
export interface Contrastive extends Part<"contrastive"> {
  /** Factor of this term in the total; ≥ 0. */
  readonly weight: number;
  /** m, the cosine similarity above which a real row repels one of another kind; −1…1. At 1 that half is dead. */
  readonly margin: number;
  /** Whether real–real pairs count as positive; the write-up names only real-rec, fake and fake-rec. */
  readonly realPairs: boolean;
}

/** Defines a contrastive term. */
export const contrastive: Maker<Contrastive> = part("contrastive", { weight: 1, margin: 0, realPairs: false }, {
  check({ weight, margin, realPairs }) {
    checkNumber("contrastive.weight", weight, { from: 0 });
    checkNumber("contrastive.margin", margin, { from: -1, to: 1 });
    checkFlag("contrastive.realPairs", realPairs);
  },
});

/**
 * Mean of (1 − s)² over positive pairs plus mean of max(s − m, 0)² over negative ones, s the cosine similarity.
 * Positive are all pairs among fakes and reconstructions (with `realPairs` also among real rows); negative is a real
 * row with any other.
 *
 * @param input `embedding` [B, D], not yet normalised; `groups` say which rows are real
 * @returns scalar, not yet weighted
 * @throws {RangeError} when a batch has no positive or no negative pair
 *
 * Source: the contrastive equation of the dual-loss write-up. It calls s a distance ("defaults to cosine distance"),
 * but by its formula positives are drawn to s = 1, so that it is the similarity.
 */
export function contrastiveLoss(spec: Contrastive, input: LossInput): Scalar {
  const { real, other } = countRows("contrastive", input);
  const positives = other * (other - 1) + (spec.realPairs ? real * (real - 1) : 0);
  if (positives === 0 || real * other === 0) {
    const need = spec.realPairs ? "at least one real row, one other, and two of either" : "one real row and two others";
    throw new RangeError(
      `Cannot take the contrastive loss: the batch has ${told(input.groups)}, expected ${need} at least`,
    );
  }
  return tidy(() => {
    const unit_BD = unitRows(input.embedding);
    const width = unit_BD.shape[1];
    const real_RD = slice(unit_BD, [0, 0], [real, width]);
    const other_FD = slice(unit_BD, [real, 0], [other, width]);
    const pull = (rows: Tensor2D): Scalar => sumOfPairs(square(sub(1, similarities(rows, rows))));
    const pulled = spec.realPairs ? add<Scalar>(pull(other_FD), pull(real_RD)) : pull(other_FD);
    const pushed = sum<Scalar>(square(relu(sub(similarities(real_RD, other_FD), scalar(spec.margin)))));
    return add<Scalar>(mul(pulled, 1 / positives), mul(pushed, 1 / (real * other)));
  });
}
