import type { Metric } from "../../lib/metrics/mod.ts";

/** What the recorded metrics are called in a record: key of the golden case's config → key of the table. */
export const goldenNames: Readonly<Record<string, Metric>> = {
  ap: "averagePrecision",
  auc: "auc",
  acc: "accuracy",
  balancedAcc: "balancedAccuracy",
  bestAcc: "bestAccuracy",
  realAcc: "realAccuracy",
  fakeAcc: "fakeAccuracy",
  tprAt1Fpr: "tprAt1Fpr",
  tprAt5Fpr: "tprAt5Fpr",
  brier: "brier",
  ece15: "ece15",
};
