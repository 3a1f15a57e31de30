import { ones, rank, type Ranking } from "./ranking.ts";
import { type Column, countBoth } from "./rows.ts";

/**
 * Average precision of finding the fakes: the precision at each distinct score, weighted by the recall gained there.
 * Nothing is interpolated, so that it equals scikit-learn's `average_precision_score`.
 *
 * @param labels 1 = fake
 * @returns 0…1
 * @throws {RangeError} when either class is missing
 */
export function averagePrecision(labels: Column, scores: Column): number {
  countBoth("average precision", labels, scores);
  return rankingAveragePrecision(rank(labels, scores), ones(labels.length));
}

/** {@linkcode averagePrecision} of a ranking whose rows count as often as the weight of their unit says. */
export function rankingAveragePrecision(ranking: Ranking, weights: Int32Array): number {
  const { label, last, unit } = ranking;
  let sum = 0;
  let fakes = 0, rows = 0;
  let gained = 0;
  for (let place = 0; place < label.length; place++) {
    const weight = weights[unit[place]];
    rows += weight;
    if (label[place] === 1) gained += weight;
    if (last[place] === 1 && gained > 0) {
      fakes += gained;
      sum += gained * (fakes / rows);
      gained = 0;
    }
  }
  return sum / fakes;
}
