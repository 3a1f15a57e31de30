/** What scores are worth: plain columns in, numbers out. */
import type { Metrics } from "../types.ts";
import { accuracy, balancedAccuracy, fakeAccuracy, realAccuracy } from "./accuracy.ts";
import { auc } from "./auc.ts";
import { averagePrecision } from "./average_precision.ts";
import { bestAccuracy } from "./best_accuracy.ts";
import { brier } from "./brier.ts";
import { ece } from "./ece.ts";
import type { Column } from "./rows.ts";
import { tprAtFpr } from "./tpr_at_fpr.ts";

export { accuracy, balancedAccuracy, fakeAccuracy, realAccuracy, type Threshold } from "./accuracy.ts";
export { auc } from "./auc.ts";
export { averagePrecision } from "./average_precision.ts";
export { bestAccuracy } from "./best_accuracy.ts";
export {
  bootstrap,
  type BootstrapOptions,
  type ByStatistic,
  type Draws,
  eachStatistic,
  type Resamples,
  type Statistic,
} from "./bootstrap.ts";
export { brier } from "./brier.ts";
export { ece } from "./ece.ts";
export { difference, type Intervals, intervals } from "./intervals.ts";
export { fitProbe, type Probe, probeObjective, type ProbeOptions, probeScore } from "./probe.ts";
export type { Column } from "./rows.ts";
export type { ScoredRows } from "./sources.ts";
export { plainRows, type SetColumns, testSets, underName } from "./test_sets.ts";
export { tprAtFpr } from "./tpr_at_fpr.ts";

/** Every metric of one test set under the name it has in a record; labels 1 = fake, scores P(fake). */
export const metrics = {
  accuracy: (labels: Column, scores: Column): number => accuracy(labels, scores),
  balancedAccuracy: (labels: Column, scores: Column): number => balancedAccuracy(labels, scores),
  realAccuracy: (labels: Column, scores: Column): number => realAccuracy(labels, scores),
  fakeAccuracy: (labels: Column, scores: Column): number => fakeAccuracy(labels, scores),
  bestAccuracy,
  auc,
  averagePrecision,
  tprAt1Fpr: (labels: Column, scores: Column): number => tprAtFpr(labels, scores, { fpr: 0.01 }),
  tprAt5Fpr: (labels: Column, scores: Column): number => tprAtFpr(labels, scores, { fpr: 0.05 }),
  brier,
  ece15: (labels: Column, scores: Column): number => ece(labels, scores, { bins: 15 }),
} as const satisfies Record<string, (labels: Column, scores: Column) => number>;

/** Name of a metric. */
export type Metric = keyof typeof metrics;

/**
 * All of {@linkcode metrics} at once.
 *
 * @param labels 1 = fake
 * @param scores probability of fake, 0…1
 * @throws {RangeError} when either class is missing or a score is not a probability
 */
export function describeScores(labels: Column, scores: Column): Metrics {
  return Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, metric(labels, scores)]));
}
