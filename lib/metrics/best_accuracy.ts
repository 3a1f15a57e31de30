import { type Curve, curveOf } from "./ranking.ts";
import { type Column, countRows } from "./rows.ts";

/**
 * Accuracy at the threshold that suits these very rows best: an upper bound that says how much of the error is a
 * shifted threshold, never a result of its own.
 *
 * Here a row is called fake when its score is at least the threshold, and the thresholds tried are the scores
 * themselves, as the field's evaluation code does; calling every row real is therefore not tried.
 *
 * @param labels 1 = fake
 * @returns 0…1
 * @throws {RangeError} when there is no row
 */
export function bestAccuracy(labels: Column, scores: Column): number {
  countRows("best accuracy", labels, scores);
  return curveBestAccuracy(curveOf(labels, scores));
}

/** {@linkcode bestAccuracy} of a curve. */
export function curveBestAccuracy({ fakes, reals }: Curve): number {
  const real = reals[reals.length - 1];
  let best = 0;
  for (let block = 0; block < fakes.length; block++) best = Math.max(best, fakes[block] + real - reals[block]);
  return best / (fakes[fakes.length - 1] + real);
}
