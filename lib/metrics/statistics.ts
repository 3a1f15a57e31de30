/** Every metric of a curve, under the name that it has in records. */
import type { Metrics } from "../types.ts";
import {
  curveAccuracy,
  curveBalancedAccuracy,
  curveFakeAccuracy,
  curveRealAccuracy,
  type Threshold,
} from "./accuracy.ts";
import { curveAuc } from "./auc.ts";
import { curveAveragePrecision } from "./average_precision.ts";
import { curveBestAccuracy } from "./best_accuracy.ts";
import { curveBrier } from "./brier.ts";
import { curveF1, curveFalseNegativeRate, curvePrecision } from "./confusion.ts";
import { curveEce } from "./ece.ts";
import { curveEer } from "./eer.ts";
import { curveNll } from "./nll.ts";
import { type Curve, curveOf } from "./ranking.ts";
import { checkProbabilities, type Column, countBoth } from "./rows.ts";
import { curveTprAtFpr } from "./tpr_at_fpr.ts";

/** Name of a resampled statistic. */
export type Statistic =
  | "accuracy"
  | "balancedAccuracy"
  | "realAccuracy"
  | "fakeAccuracy"
  | "precision"
  | "recall"
  | "f1"
  | "falseNegativeRate"
  | "auc"
  | "averagePrecision"
  | "tprAt1Fpr"
  | "tprAt5Fpr"
  | "eer"
  | "brier"
  | "nll"
  | "ece15";

/** Name of a metric. */
export type Metric = Statistic | "bestAccuracy";

/** How a statistic is computed; of those that call rows fake, where fake begins. */
type OfCurve = (curve: Curve, options?: Threshold) => number;

/** What depends on where fake begins. */
const atThreshold = {
  accuracy: curveAccuracy,
  balancedAccuracy: curveBalancedAccuracy,
  realAccuracy: curveRealAccuracy,
  fakeAccuracy: curveFakeAccuracy,
  precision: curvePrecision,
  recall: curveFakeAccuracy,
  f1: curveF1,
  falseNegativeRate: curveFalseNegativeRate,
};

/** What depends on the order of the scores, or on them as probabilities. */
const anyThreshold = {
  auc: curveAuc,
  averagePrecision: curveAveragePrecision,
  tprAt1Fpr: (curve: Curve): number => curveTprAtFpr(curve, { fpr: 0.01 }),
  tprAt5Fpr: (curve: Curve): number => curveTprAtFpr(curve, { fpr: 0.05 }),
  eer: curveEer,
  brier: curveBrier,
  nll: curveNll,
  ece15: (curve: Curve): number => curveEce(curve, { bins: 15 }),
};

/** What a bootstrap resamples: all but the accuracy at the best threshold, which is a bound and no estimate. */
export const statistics: Readonly<Record<Statistic, OfCurve>> = { ...atThreshold, ...anyThreshold };

const all: Readonly<Record<Metric, OfCurve>> = { ...statistics, bestAccuracy: curveBestAccuracy };

/**
 * All metrics of one test set.
 *
 * @param labels 1 = fake
 * @param scores probability of fake, 0…1
 * @returns what depends on the threshold, then the rest; fractions (0…1), but for `nll`
 * @throws {RangeError} when either class is missing or a score is not a probability
 */
export function describeScores(labels: Column, scores: Column, options: Threshold = {}): Metrics {
  countBoth("the metrics of a test set", labels, scores);
  checkProbabilities("the metrics of a test set", labels, scores);
  const curve = curveOf(labels, scores);
  return Object.fromEntries(
    Object.entries(all).map(([name, metric]: [string, OfCurve]) => [name, metric(curve, options)]),
  );
}

/**
 * The metrics that depend on where fake begins, as at a frozen threshold: accuracy, of both classes and of each,
 * precision, recall, F1 and the false-negative rate.
 *
 * @param labels 1 = fake
 * @throws {RangeError} when either class is missing
 */
export function describeCalls(
  labels: Column,
  scores: Column,
  options: Required<Threshold>,
): Record<keyof typeof atThreshold, number> {
  countBoth("the metrics at a threshold", labels, scores);
  const curve = curveOf(labels, scores);
  return Object.fromEntries(
    Object.entries(atThreshold).map(([name, metric]: [string, OfCurve]) => [name, metric(curve, options)]),
  ) as Record<keyof typeof atThreshold, number>;
}
