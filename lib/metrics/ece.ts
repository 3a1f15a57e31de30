import { type Curve, curveOf } from "./ranking.ts";
import { checkProbabilities, type Column } from "./rows.ts";

/**
 * Expected calibration error: rows are put into bins of equal width by their probability of fake; the distance between
 * a bin's mean probability and its share of fakes is averaged over the rows. Lower is better.
 *
 * @param labels 1 = fake
 * @param scores probability of fake, 0…1
 * @param bins how many, at least 1; a probability on a border belongs to the upper bin, 1 to the last
 * @returns 0…1
 * @throws {RangeError} when a score is not a probability, or `bins` is not a whole number of at least 1
 *
 * Source: Naeini et al. 2015, on the probability of the positive class as in Nixon et al. 2019.
 */
export function ece(labels: Column, scores: Column, { bins = 15 }: Bins = {}): number {
  checkProbabilities("the expected calibration error", labels, scores);
  if (!Number.isInteger(bins) || bins < 1) {
    throw new RangeError(`Cannot compute the expected calibration error: found ${bins} bins, expected 1 or more`);
  }
  return curveEce(curveOf(labels, scores), { bins });
}

/** How many bins. */
interface Bins {
  readonly bins?: number;
}

/** {@linkcode ece} of a curve. */
export function curveEce({ score, fakes, reals }: Curve, { bins = 15 }: Bins = {}): number {
  let error = 0;
  let bin = bins - 1, excess = 0; // of the bin at hand: sum of probabilities minus number of fakes
  let fake = 0, real = 0;
  for (let block = 0; block < score.length; block++) {
    const own = Math.min(Math.floor(score[block] * bins), bins - 1);
    if (own !== bin) {
      error += Math.abs(excess);
      bin = own;
      excess = 0;
    }
    const gained = fakes[block] - fake;
    excess += (gained + reals[block] - real) * score[block] - gained;
    fake = fakes[block];
    real = reals[block];
  }
  return (error + Math.abs(excess)) / (fake + real);
}
