import type { RunRecord } from "../types.ts";
import { epochLines, lastEpoch } from "./epoch_lines.ts";
import { type Figure, figure, plotlyText } from "./figure.ts";
import { groupMethods } from "./methods.ts";
import { panelLayout } from "./panels.ts";

/** Which number of each epoch. */
export interface EpochsOptions {
  /** A metric of the validation split, as records name them. */
  readonly metric?: string;
}

const titles: Readonly<Record<string, string>> = {
  accuracy: "accuracy",
  auc: "AUC",
  averagePrecision: "average precision",
};

/**
 * A metric on the validation split by epoch: a colour for each method, a thin line for each seed, a thick one for the
 * mean.
 *
 * @throws {RangeError} when there is no record, one is not done, or no epoch of any has the metric
 *
 * @example
 * ```ts
 * import { plot } from "./mod.ts";
 * import { syntheticAblation } from "../../tests/report/records.ts"; // made up: yours come from run()
 *
 * plot.epochs(syntheticAblation({ epochs: 4 }), { metric: "auc" });
 * ```
 */
export function epochs(records: readonly RunRecord[], { metric = "accuracy" }: EpochsOptions = {}): Figure {
  const methods = groupMethods(records);
  const known = [...new Set(records.flatMap(({ history }) => Object.keys(history[0]?.validation ?? {})))];
  if (!known.includes(metric)) {
    throw new RangeError(
      `Cannot plot validation metric "${metric}" by epoch, the records have ` +
        (known.map((name) => `"${name}"`).join(", ") || "no epochs"),
    );
  }
  const data = epochLines(methods, { panels: [({ validation }) => validation[metric] ?? null], form: ".1%" });
  const name = plotlyText(titles[metric] ?? metric);
  const axes = {
    across: "epoch",
    up: `${name}, %`,
    form: ".0%",
    last: lastEpoch(methods),
    names: methods.map(({ name }) => name),
  };
  return figure(data, panelLayout([`<b>validation ${name}</b>`], axes));
}
