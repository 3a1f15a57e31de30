/** Golden cases of the metrics, through the table that every record is described by. */
import { describeScores } from "../../lib/metrics/mod.ts";
import { goldenNames } from "../metrics/golden_names.ts";
import { type Comparison, type Computed, type OpenCase, valuesOf } from "./cases.ts";

/** `metrics`: what is expected stands in the options. */
export function metricsCase(open: OpenCase): Computed {
  const found = describeScores(valuesOf(open, "in.labels"), valuesOf(open, "in.scores"));
  const compared = Object.entries(open.config).map(([name, want]): [string, Comparison] => {
    if (!(name in goldenNames)) throw new TypeError(`Cannot compute case "${open.name}": unknown metric "${name}"`);
    return [name, { got: [found[goldenNames[name]]], want: [want as number] }];
  });
  return Object.fromEntries(compared);
}
