// B samples · D embedding width · R real rows · F other rows
import { checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import {
  add,
  cast,
  div,
  greater,
  maximum,
  mul,
  relu,
  type Scalar,
  slice,
  sub,
  sum,
  type Tensor2D,
  tidy,
} from "../engine/ops.ts";
import type { LossInput } from "../types.ts";
import { distances, distinctPairs, unitRows } from "./pairs.ts";
import { countClasses } from "./rows.ts";

/** The contrastive term of DRCT. */
export interface MarginContrastive extends Part<"marginContrastive"> {
  /** Factor of this term in the total; ≥ 0. DRCT: 0.3, beside 0.7 for the cross-entropy. */
  readonly weight: number;
  /** Distance up to which rows of one class are left alone; L2 distance of unit vectors, 0…2. */
  readonly positive: number;
  /** Distance from which on rows of different classes are left alone; 0…2. */
  readonly negative: number;
}

/** Defines a contrastive term with margins; the margins are DRCT's. */
export const marginContrastive: Maker<MarginContrastive> = part("marginContrastive", {
  weight: 1,
  positive: 0,
  negative: 1,
}, {
  check({ weight, positive, negative }) {
    checkNumber("marginContrastive.weight", weight, { from: 0 });
    checkNumber("marginContrastive.positive", positive, { from: 0, to: 2 });
    checkNumber("marginContrastive.negative", negative, { from: 0, to: 2 });
  },
});

/**
 * Mean of max(d − positive, 0) over pairs of one class plus mean of max(negative − d, 0) over pairs of different
 * classes, d the L2 distance of unit embeddings; each mean is over those pairs that cost something, 0 where none does.
 * The classes are real and everything else.
 *
 * @param input `embedding` [B, D], not yet normalised; `groups` say which rows are real
 * @returns scalar, not yet weighted
 * @throws {RangeError} when the batch has rows of one class only
 *
 * Source: `ContrastiveLoss` of pytorch-metric-learning, as the code of DRCT (ICML 2024) calls it. It is linear in the
 * distance, where the classic formula (Hadsell et al. 2006) takes the square.
 */
export function marginContrastiveLoss(spec: MarginContrastive, input: LossInput): Scalar {
  const { real, other } = countClasses("margin contrastive", input);
  return tidy(() => {
    const distance_BB = distances(unitRows(input.embedding));
    const block = (from: [number, number], size: [number, number]): Tensor2D => slice(distance_BB, from, size);
    const pull = (distance_NN: Tensor2D): Tensor2D =>
      mul(relu(sub(distance_NN, spec.positive)), distinctPairs(distance_NN.shape[0]));
    const real_RR = pull(block([0, 0], [real, real]));
    const other_FF = pull(block([real, real], [other, other]));
    const push_RF = relu(sub(spec.negative, block([0, real], [real, other]))) as Tensor2D;
    return add<Scalar>(meanOfNonZero([real_RR, other_FF]), meanOfNonZero([push_RF]));
  });
}

/** The mean over those values of some matrices, none negative, that are not 0; 0 where there are none. Scalar. */
function meanOfNonZero(matrices: readonly Tensor2D[]): Scalar {
  const total = (of: (matrix: Tensor2D) => Tensor2D): Scalar =>
    matrices.map((matrix) => sum<Scalar>(of(matrix))).reduce((a, b) => add<Scalar>(a, b));
  const count = total((matrix) => cast(greater(matrix, 0), "float32"));
  return div<Scalar>(total((matrix) => matrix), maximum(count, 1));
}
