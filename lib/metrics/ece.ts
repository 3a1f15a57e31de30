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
export function ece(labels: Column, scores: Column, { bins = 15 }: { readonly bins?: number } = {}): number {
  checkProbabilities("the expected calibration error", labels, scores);
  if (!Number.isInteger(bins) || bins < 1) {
    throw new RangeError(`Cannot compute the expected calibration error: found ${bins} bins, expected 1 or more`);
  }
  const excess = new Float64Array(bins); // per bin: sum of probabilities minus number of fakes
  for (let i = 0; i < labels.length; i++) {
    excess[Math.min(Math.floor(scores[i] * bins), bins - 1)] += scores[i] - labels[i];
  }
  return excess.reduce((sum, bin) => sum + Math.abs(bin), 0) / labels.length;
}
