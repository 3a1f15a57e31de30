import { type Curve, curveOf } from "./ranking.ts";
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
  return curveAveragePrecision(curveOf(labels, scores));
}

/** {@linkcode averagePrecision} of a curve. */
export function curveAveragePrecision({ fakes, reals }: Curve): number {
  let sum = 0, fake = 0;
  for (let block = 0; block < fakes.length; block++) {
    const gained = fakes[block] - fake;
    fake = fakes[block];
    if (gained > 0) sum += gained * (fake / (fake + reals[block]));
  }
  return sum / fake;
}
