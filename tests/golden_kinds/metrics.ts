/** Golden cases of the metrics, through the table that every record is described by. */
import { describeScores } from "../../lib/metrics/mod.ts";
import { type Comparison, type Computed, type OpenCase, valuesOf } from "./cases.ts";

/** The reference's names of metrics and ours. */
const names: Readonly<Record<string, string>> = {
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

/** `metrics`: what is expected stands in the options. */
export function metricsCase(open: OpenCase): Computed {
  const found = describeScores(valuesOf(open, "in.labels"), valuesOf(open, "in.scores"));
  const compared = Object.entries(open.config).map(([name, want]): [string, Comparison] => {
    if (!(name in names)) throw new TypeError(`Cannot compute case "${open.name}": unknown metric "${name}"`);
    return [name, { got: [found[names[name]]], want: [want as number] }];
  });
  return Object.fromEntries(compared);
}
