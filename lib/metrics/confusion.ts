/** What the confusion matrix says of finding fakes. Fake is the positive class. */
import { curveFakeAccuracy, THRESHOLD, type Threshold } from "./accuracy.ts";
import { callsAt, type Curve, curveOf } from "./ranking.ts";
import { type Column, countBoth } from "./rows.ts";

/**
 * Share of the fakes that are found: accuracy on the fakes, under the name that it has beside precision.
 *
 * @param labels 1 = fake
 * @returns 0…1
 * @throws {RangeError} when either class is missing
 */
export function recall(labels: Column, scores: Column, options: Threshold = {}): number {
  countBoth("recall", labels, scores);
  return curveFakeAccuracy(curveOf(labels, scores), options);
}

/**
 * Share of the fakes that are called real: one minus {@linkcode recall}.
 *
 * @throws {RangeError} when either class is missing
 */
export function falseNegativeRate(labels: Column, scores: Column, options: Threshold = {}): number {
  countBoth("the false-negative rate", labels, scores);
  return curveFalseNegativeRate(curveOf(labels, scores), options);
}

/** {@linkcode falseNegativeRate} of a curve. */
export function curveFalseNegativeRate(curve: Curve, { threshold = THRESHOLD }: Threshold = {}): number {
  const { fake, found } = callsAt(curve, threshold);
  return (fake - found) / fake;
}

/**
 * Share of fakes among what is called fake. It depends on how many photographs there are for each fake, so that only
 * test sets of one composition can be compared by it.
 *
 * @returns 0…1; 0 when nothing is called fake, as scikit-learn has it
 * @throws {RangeError} when either class is missing
 */
export function precision(labels: Column, scores: Column, options: Threshold = {}): number {
  countBoth("precision", labels, scores);
  return curvePrecision(curveOf(labels, scores), options);
}

/** {@linkcode precision} of a curve. */
export function curvePrecision(curve: Curve, { threshold = THRESHOLD }: Threshold = {}): number {
  const { found, alarms } = callsAt(curve, threshold);
  return found + alarms === 0 ? 0 : found / (found + alarms);
}

/**
 * Harmonic mean of {@linkcode precision} and {@linkcode recall}.
 *
 * @returns 0…1; 0 when no fake is found
 * @throws {RangeError} when either class is missing
 */
export function f1(labels: Column, scores: Column, options: Threshold = {}): number {
  countBoth("F1", labels, scores);
  return curveF1(curveOf(labels, scores), options);
}

/** {@linkcode f1} of a curve. */
export function curveF1(curve: Curve, { threshold = THRESHOLD }: Threshold = {}): number {
  const { fake, found, alarms } = callsAt(curve, threshold);
  return 2 * found / (fake + found + alarms);
}
