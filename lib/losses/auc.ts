// R real rows · F other rows
import { checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { add, mean, pow, relu, reshape, type Scalar, slice, square, sub, type Tensor, tidy } from "../engine/ops.ts";
import type { LossInput } from "../types.ts";
import { checkLogits, countClasses } from "./rows.ts";

/** A smooth stand-in for 1 − AUC: every pair of a real row and another should stand in order. */
export interface Auc extends Part<"auc"> {
  /** Factor of this term in the total; ≥ 0. Robust CLIP: 1 − γ = 0.5. */
  readonly weight: number;
  /** η, by how much the logit of a fake must exceed that of a photograph to cost nothing; > 0. */
  readonly margin: number;
  /** p, power of what is missing to the margin; ≥ 1. */
  readonly power: number;
}

/** Defines an AUC term; margin and power are Robust CLIP's. */
export const auc: Maker<Auc> = part("auc", { weight: 1, margin: 0.6, power: 2 }, {
  check({ weight, margin, power }) {
    checkNumber("auc.weight", weight, { from: 0 });
    checkNumber("auc.margin", margin, { above: 0 });
    checkNumber("auc.power", power, { from: 1 });
  },
});

/**
 * Mean of max(η − (fake − real), 0)^p over all pairs of a row that is not real and one that is, by their logits. It
 * sees differences alone and leaves the threshold to another term.
 *
 * @param input `logits` [B, 1]; `groups` say which rows are real
 * @returns scalar, not yet weighted
 * @throws {TypeError} when the model gives two logits a row
 * @throws {RangeError} when the batch has rows of one class only
 *
 * Source: the code of Robust CLIP (2024), which compares logits and not probabilities; the surrogate is that of Gao et
 * al. 2013.
 */
export function aucLoss(spec: Auc, input: LossInput): Scalar {
  const { real, other } = countClasses("AUC", input);
  checkLogits("AUC", input, { classes: 1, other: "crossEntropy" });
  return tidy(() => {
    const real_R1 = slice(input.logits, [0, 0], [real, 1]);
    const other_1F = reshape(slice(input.logits, [real, 0], [other, 1]), [1, other]);
    const missing_RF = relu(add(sub(real_R1, other_1F), spec.margin));
    return mean<Scalar>(raised(missing_RF, spec.power));
  });
}

/** The general power is ten times as dear as a square. */
function raised(x: Tensor, power: number): Tensor {
  if (power === 1) return x;
  return power === 2 ? square(x) : pow(x, power);
}
