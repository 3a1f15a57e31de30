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

/** How soon a run was as good as it became. */
export interface Arrival {
  readonly seed: number;
  /** First epoch, counted from 1, within reach of the best. */
  readonly epoch: number;
  /** The best value of any epoch, as a fraction. */
  readonly best: number;
}

/** What counts as arrived. */
export interface ArrivalOptions extends EpochsOptions {
  /** How far below the best value still counts, as a fraction. */
  readonly within?: number;
}

/** The first epoch of each run whose validation metric comes within reach of the run's best; runs without epochs are left out. */
export function arrivals(
  records: readonly RunRecord[],
  { metric = "accuracy", within = 0.005 }: ArrivalOptions = {},
): Arrival[] {
  return records.flatMap(({ history, experiment }) => {
    const known = history.flatMap(({ epoch, validation }) => {
      return validation[metric] === undefined ? [] : [{ epoch, value: validation[metric] }];
    });
    const best = Math.max(...known.map(({ value }) => value));
    // a rounding error more than `within`, which is half a point of a count's fraction
    const first = known.find(({ value }) => value >= best - within - 1e-12);
    return first === undefined ? [] : [{ seed: experiment.seed, epoch: first.epoch, best }];
  });
}
