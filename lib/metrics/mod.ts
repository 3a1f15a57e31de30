/** What scores are worth: plain columns in, numbers out. */
import { accuracy, balancedAccuracy, fakeAccuracy, realAccuracy } from "./accuracy.ts";
import { auc } from "./auc.ts";
import { averagePrecision } from "./average_precision.ts";
import { bestAccuracy } from "./best_accuracy.ts";
import { brier } from "./brier.ts";
import { f1, falseNegativeRate, precision, recall } from "./confusion.ts";
import { ece } from "./ece.ts";
import { eer } from "./eer.ts";
import { nll } from "./nll.ts";
import type { Column } from "./rows.ts";
import type { Metric } from "./statistics.ts";
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
  type SetThresholds,
  usualResamples,
} from "./bootstrap.ts";
export { calibrated, type Calibration, fitIsotonic, fitPlatt, fits, fitTemperature } from "./calibration.ts";
export type { Isotonic, Platt, Temperature } from "./calibration.ts";
export { f1, falseNegativeRate, precision, recall } from "./confusion.ts";
export { brier } from "./brier.ts";
export { ece } from "./ece.ts";
export { eer } from "./eer.ts";
export { holm } from "./holm.ts";
export { difference, type Intervals, intervals, pairedPs, type Summary } from "./intervals.ts";
export { nll } from "./nll.ts";
export { type OverGenerators, overGenerators } from "./over_generators.ts";
export { type McNemar, mcnemar, type McNemarOptions, pairedP } from "./paired.ts";
export { fitProbe, type Probe, probeObjective, type ProbeOptions, probeScore } from "./probe.ts";
export type { Column } from "./rows.ts";
export type { ScoredRows } from "./sources.ts";
export { describeCalls, describeScores, type Metric, type Statistic } from "./statistics.ts";
export { type SeedInterval, studentInterval } from "./student.ts";
export { plainRows, type SetColumns, testSets, underName } from "./test_sets.ts";
export { tprAtFpr } from "./tpr_at_fpr.ts";
export {
  type FrozenThreshold,
  frozenThreshold,
  frozenThresholds,
  type FrozenThresholdsOptions,
  type ThresholdGoal,
} from "./threshold.ts";

/** Every metric of one test set under the name it has in a record; labels 1 = fake, scores P(fake). */
export const metrics: Readonly<Record<Metric, (labels: Column, scores: Column) => number>> = {
  accuracy,
  balancedAccuracy,
  realAccuracy,
  fakeAccuracy,
  precision,
  recall,
  f1,
  falseNegativeRate,
  bestAccuracy,
  auc,
  averagePrecision,
  tprAt1Fpr: (labels, scores) => tprAtFpr(labels, scores, { fpr: 0.01 }),
  tprAt5Fpr: (labels, scores) => tprAtFpr(labels, scores, { fpr: 0.05 }),
  eer,
  brier,
  nll,
  ece15: (labels, scores) => ece(labels, scores, { bins: 15 }),
};
