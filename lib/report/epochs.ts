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
  const title = `<b>validation ${plotlyText(titles[metric] ?? metric)}</b>`;
  return figure(data, panelLayout([title], { across: "epoch", form: ".0%", last: lastEpoch(methods) }));
}
