/** Columns of scored rows as the metrics take them: plain numbers, labels 1 = fake. */
export type Column = ArrayLike<number>;

/** How many rows of each class. */
export interface Counts {
  readonly real: number;
  readonly fake: number;
}

/**
 * Counts the rows of each class, and refuses columns that no metric can use.
 *
 * @param name of the metric, for the message
 * @throws {RangeError} for columns of unequal length, no rows, a label that is not 0 or 1, or a score that is not finite
 */
export function countRows(name: string, labels: Column, scores: Column): Counts {
  if (labels.length !== scores.length || labels.length === 0) {
    throw new RangeError(
      `Cannot compute ${name}: found ${labels.length} labels and ${scores.length} scores, ` +
        `expected as many of one as of the other and at least one`,
    );
  }
  let fake = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 0 && labels[i] !== 1) {
      throw new RangeError(`Cannot compute ${name}: label ${i} is ${labels[i]}, expected 0 (real) or 1 (fake)`);
    }
    if (!Number.isFinite(scores[i])) {
      throw new RangeError(`Cannot compute ${name}: score ${i} is ${scores[i]}, expected a finite number`);
    }
    fake += labels[i];
  }
  return { real: labels.length - fake, fake };
}

/** @throws {RangeError} unless there is a row of each class, as a ranking metric needs */
export function countBoth(name: string, labels: Column, scores: Column): Counts {
  const counts = countRows(name, labels, scores);
  if (counts.real === 0 || counts.fake === 0) {
    throw new RangeError(
      `Cannot compute ${name}: found ${counts.real} real and ${counts.fake} fake rows, expected at least one of each`,
    );
  }
  return counts;
}

/** @throws {RangeError} unless every score is a probability, as a calibration metric needs */
export function checkProbabilities(name: string, labels: Column, scores: Column): void {
  countRows(name, labels, scores);
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] < 0 || scores[i] > 1) {
      throw new RangeError(`Cannot compute ${name}: score ${i} is ${scores[i]}, expected a probability (0…1)`);
    }
  }
}
