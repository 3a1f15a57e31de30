import { ones, rank, type Ranking } from "./ranking.ts";
import { type Column, countBoth, countRows } from "./rows.ts";

/** Where fake begins. */
export interface Threshold {
  /** A row is called fake when its score is above this; 0…1. */
  readonly threshold?: number;
}

/** Whether a row is called what it is; a score that equals the threshold is called real. */
function isRight(label: number, score: number, threshold = 0.5): boolean {
  return (score > threshold) === (label === 1);
}

/**
 * Share of the rows that are called what they are. It is the mean of the two classes' accuracies, with 0.5 the
 * level of chance, only where photographs and fakes are equally many.
 *
 * @param labels 1 = fake
 * @returns 0…1
 * @throws {RangeError} when there is no row
 */
export function accuracy(labels: Column, scores: Column, { threshold = 0.5 }: Threshold = {}): number {
  countRows("accuracy", labels, scores);
  return rankingAccuracy(rank(labels, scores), ones(labels.length), { threshold });
}

/** {@linkcode accuracy} of a ranking whose rows count as often as the weight of their unit says. */
export function rankingAccuracy(ranking: Ranking, weights: Int32Array, { threshold = 0.5 }: Threshold = {}): number {
  const { label, score, unit } = ranking;
  let right = 0, rows = 0;
  for (let place = 0; place < label.length; place++) {
    const weight = weights[unit[place]];
    rows += weight;
    if (isRight(label[place], score[place], threshold)) right += weight;
  }
  return right / rows;
}

/**
 * Share of the photographs that are called real.
 *
 * @throws {RangeError} when there is no photograph
 */
export function realAccuracy(labels: Column, scores: Column, options: Threshold = {}): number {
  return classAccuracy(labels, scores, { of: 0, ...options });
}

/**
 * Share of the fakes that are called fake.
 *
 * @throws {RangeError} when there is no fake
 */
export function fakeAccuracy(labels: Column, scores: Column, options: Threshold = {}): number {
  return classAccuracy(labels, scores, { of: 1, ...options });
}

/**
 * Mean of {@linkcode realAccuracy} and {@linkcode fakeAccuracy}: what accuracy would be if both were equally many.
 *
 * @throws {RangeError} when either class is missing
 */
export function balancedAccuracy(labels: Column, scores: Column, options: Threshold = {}): number {
  countBoth("balanced accuracy", labels, scores);
  return (realAccuracy(labels, scores, options) + fakeAccuracy(labels, scores, options)) / 2;
}

function classAccuracy(labels: Column, scores: Column, at: Threshold & { readonly of: 0 | 1 }): number {
  const name = at.of === 1 ? "fake" : "real";
  const count = countRows(`accuracy on the ${name} rows`, labels, scores)[name];
  if (count === 0) {
    throw new RangeError(`Cannot compute accuracy on the ${name} rows: found none, expected at least one`);
  }
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === at.of) right += Number(isRight(labels[i], scores[i], at.threshold));
  }
  return right / count;
}
