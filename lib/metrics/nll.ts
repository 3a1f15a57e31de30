import { type Curve, curveOf } from "./ranking.ts";
import { checkProbabilities, type Column } from "./rows.ts";

/** Nearest to 0 and 1 that a probability is taken for, or one certain error would cost more than all else. */
export const NEAREST = 2 ** -52;

/**
 * Negative log-likelihood: the mean of −ln of the probability that a row was given of being what it is. Lower is better;
 * always saying 0.5 costs ln 2 = 0.69.
 *
 * @param labels 1 = fake
 * @param scores probability of fake, 0…1; nearer to 0 or 1 than 2⁻⁵² counts as 2⁻⁵², as in scikit-learn's `log_loss`
 * @returns 0…36.05
 * @throws {RangeError} when a score is not a probability
 */
export function nll(labels: Column, scores: Column): number {
  checkProbabilities("the negative log-likelihood", labels, scores);
  return curveNll(curveOf(labels, scores));
}

/** {@linkcode nll} of a curve. */
export function curveNll({ score, fakes, reals }: Curve): number {
  const { ofFake, ofReal } = costs(score);
  let sum = 0, fake = 0, real = 0;
  for (let block = 0; block < score.length; block++) {
    sum += (fakes[block] - fake) * ofFake[block] + (reals[block] - real) * ofReal[block];
    fake = fakes[block];
    real = reals[block];
  }
  return sum / (fake + real);
}

interface Costs {
  readonly ofFake: Float64Array;
  readonly ofReal: Float64Array;
}

/** By the scores: a bootstrap asks for the same logarithms at every draw. */
const known = new WeakMap<Float64Array, Costs>();

function costs(score: Float64Array): Costs {
  const found = known.get(score);
  if (found !== undefined) return found;
  const within = score.map((value) => Math.min(Math.max(value, NEAREST), 1 - NEAREST));
  const made = { ofFake: within.map((value) => -Math.log(value)), ofReal: within.map((value) => -Math.log1p(-value)) };
  known.set(score, made);
  return made;
}
