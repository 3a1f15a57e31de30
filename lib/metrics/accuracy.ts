import { callsAt, type Curve, curveOf } from "./ranking.ts";
import { type Column, countBoth, countRows } from "./rows.ts";

/** Where fake begins. */
export interface Threshold {
  /** A row is called fake when its score is above this. */
  readonly threshold?: number;
}

/** Where fake begins when nothing else is said. */
export const THRESHOLD = 0.5;

/**
 * Share of the rows that are called what they are; a score that equals the threshold is called real. It is the mean of
 * the two classes' accuracies, with 0.5 the level of chance, only where photographs and fakes are equally many.
 *
 * @param labels 1 = fake
 * @returns 0…1
 * @throws {RangeError} when there is no row
 */
export function accuracy(labels: Column, scores: Column, options: Threshold = {}): number {
  countRows("accuracy", labels, scores);
  return curveAccuracy(curveOf(labels, scores), options);
}

/** {@linkcode accuracy} of a curve. */
export function curveAccuracy(curve: Curve, { threshold = THRESHOLD }: Threshold = {}): number {
  const { fake, real, found, alarms } = callsAt(curve, threshold);
  return (found + (real - alarms)) / (fake + real);
}

/**
 * Share of the photographs that are called real.
 *
 * @throws {RangeError} when there is no photograph
 */
export function realAccuracy(labels: Column, scores: Column, options: Threshold = {}): number {
  if (countRows("accuracy on the real rows", labels, scores).real === 0) throw without("real");
  return curveRealAccuracy(curveOf(labels, scores), options);
}

/** {@linkcode realAccuracy} of a curve. */
export function curveRealAccuracy(curve: Curve, { threshold = THRESHOLD }: Threshold = {}): number {
  const { real, alarms } = callsAt(curve, threshold);
  return (real - alarms) / real;
}

/**
 * Share of the fakes that are called fake.
 *
 * @throws {RangeError} when there is no fake
 */
export function fakeAccuracy(labels: Column, scores: Column, options: Threshold = {}): number {
  if (countRows("accuracy on the fake rows", labels, scores).fake === 0) throw without("fake");
  return curveFakeAccuracy(curveOf(labels, scores), options);
}

/** {@linkcode fakeAccuracy} of a curve. */
export function curveFakeAccuracy(curve: Curve, { threshold = THRESHOLD }: Threshold = {}): number {
  const { fake, found } = callsAt(curve, threshold);
  return found / fake;
}

/**
 * Mean of {@linkcode realAccuracy} and {@linkcode fakeAccuracy}: what accuracy would be if both were equally many.
 *
 * @throws {RangeError} when either class is missing
 */
export function balancedAccuracy(labels: Column, scores: Column, options: Threshold = {}): number {
  countBoth("balanced accuracy", labels, scores);
  return curveBalancedAccuracy(curveOf(labels, scores), options);
}

/** {@linkcode balancedAccuracy} of a curve. */
export function curveBalancedAccuracy(curve: Curve, options: Threshold = {}): number {
  return (curveRealAccuracy(curve, options) + curveFakeAccuracy(curve, options)) / 2;
}

function without(name: "real" | "fake"): RangeError {
  return new RangeError(`Cannot compute accuracy on the ${name} rows: found none, expected at least one`);
}
