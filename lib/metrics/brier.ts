import { type Curve, curveOf } from "./ranking.ts";
import { checkProbabilities, type Column } from "./rows.ts";

/**
 * Brier score: the mean squared distance between the probability of fake and what the row is. Lower is better;
 * always saying 0.5 costs 0.25.
 *
 * @param labels 1 = fake
 * @param scores probability of fake, 0…1
 * @returns 0…1
 * @throws {RangeError} when a score is not a probability
 *
 * Source: Brier 1950, in the form for two classes (half of the original sum over both).
 */
export function brier(labels: Column, scores: Column): number {
  checkProbabilities("the Brier score", labels, scores);
  return curveBrier(curveOf(labels, scores));
}

/** {@linkcode brier} of a curve. */
export function curveBrier({ score, fakes, reals }: Curve): number {
  let sum = 0, fake = 0, real = 0;
  for (let block = 0; block < score.length; block++) {
    const value = score[block];
    sum += (fakes[block] - fake) * (1 - value) * (1 - value) + (reals[block] - real) * value * value;
    fake = fakes[block];
    real = reals[block];
  }
  return sum / (fake + real);
}
