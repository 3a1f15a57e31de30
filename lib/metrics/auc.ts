import { ones, rank, type Ranking } from "./ranking.ts";
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
  return rankingAuc(rank(labels, scores), ones(labels.length));
}

/** {@linkcode auc} of a ranking whose rows count as often as the weight of their unit says. */
export function rankingAuc(ranking: Ranking, weights: Int32Array): number {
  const { label, last, unit } = ranking;
  let pairs = 0; // twice the number of pairs in order
  let fakes = 0, reals = 0;
  let blockFakes = 0, blockReals = 0;
  for (let place = 0; place < label.length; place++) {
    const weight = weights[unit[place]];
    if (label[place] === 1) blockFakes += weight;
    else blockReals += weight;
    if (last[place] === 1) {
      pairs += blockReals * (2 * fakes + blockFakes);
      fakes += blockFakes;
      reals += blockReals;
      blockFakes = blockReals = 0;
    }
  }
  return pairs / (2 * fakes * reals);
}
