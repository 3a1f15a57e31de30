import { type Curve, curveOf } from "./ranking.ts";
import { type Column, countBoth } from "./rows.ts";

/**
 * Area under the ROC curve: the probability that a fake scores higher than a photograph, where a tie counts half.
 *
 * @param labels 1 = fake
 * @returns 0…1
 * @throws {RangeError} when either class is missing
 *
 * Source: Hanley and McNeil 1982; equals the Mann-Whitney U with mid-ranks over the number of pairs.
 *
 * @example
 * ```ts
 * import { auc } from "./auc.ts";
 *
 * auc([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.9]); // 0.875: of four pairs three are in order, one is tied
 * ```
 */
export function auc(labels: Column, scores: Column): number {
  countBoth("the AUC", labels, scores);
  return curveAuc(curveOf(labels, scores));
}

/** {@linkcode auc} of a curve. */
export function curveAuc({ fakes, reals }: Curve): number {
  let pairs = 0; // twice the number of pairs in order
  let fake = 0, real = 0;
  for (let block = 0; block < fakes.length; block++) {
    pairs += (reals[block] - real) * (fake + fakes[block]);
    fake = fakes[block];
    real = reals[block];
  }
  return pairs / (2 * fake * real);
}
