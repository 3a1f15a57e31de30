/**
 * A search that stops bad points early: successive halving (Jamieson and Talwalkar 2016, algorithm 1), over the epochs
 * of runs that can be taken up again, as the inner loop of Hyperband (Li et al., JMLR 18, 2018) has it.
 *
 * All points are trained for a few epochs, the best share of them for `factor` times as many, and so on until the last
 * ones reach their end. It waits for all of a rung before it decides: then who goes on hangs on the definitions alone and
 * not on how fast each run was, and the same command decides alike when it is given again.
 */
import type { Experiment } from "../experiment.ts";
import type { EpochRow, Metrics } from "../types.ts";

/** How bad points are stopped early. */
export interface Halving {
  /** One in so many goes on, for so many times the epochs (η of the papers); ≥ 2, default 3. */
  readonly factor?: number;
  /** Epochs after which is decided first; default 1. */
  readonly first?: number;
  /** Of the validation split; default: what `select.metric` of the definitions names, accuracy where that is "last". */
  readonly metric?: string;
}

/** One decision: so many points are trained to the end of an epoch, the best of them go on. */
export interface Rung {
  /** Null: to the end of the run, where nothing is decided any more. */
  readonly epoch: number | null;
  readonly points: number;
  /** How many go on. */
  readonly kept: number;
}

/**
 * The rungs for so many points; without halving there is one, in which all go to their end.
 *
 * @param epochs of the longest run; null: its schedule ends it, nobody knows when
 * @throws {RangeError} for a factor below 2, or a first decision before the first epoch
 */
export function rungsOf(points: number, epochs: number | null, halving: Halving | null): Rung[] {
  const rungs: Rung[] = [];
  let left = points;
  if (halving !== null) {
    const { factor = 3, first = 1 } = halving;
    if (!(factor >= 2 && Number.isFinite(factor)) || !Number.isInteger(first) || first < 1) {
      throw new RangeError(
        `Cannot stop points early by factor ${factor} from epoch ${first} on: expected a factor of at least 2 and a ` +
          "whole number of epochs",
      );
    }
    for (let k = 0; left > 1; k++) {
      const epoch = Math.round(first * factor ** k);
      if (epoch >= (epochs ?? Infinity)) break;
      const kept = Math.max(1, Math.floor(left / factor));
      rungs.push({ epoch, points: left, kept });
      left = kept;
    }
  }
  return [...rungs, { epoch: null, points: left, kept: left }];
}

/**
 * What decides for some definitions.
 *
 * @throws {RangeError} when they keep checkpoints by different metrics and none is named
 */
export function metricOf(experiments: readonly Experiment[], { metric }: Halving): string {
  if (metric !== undefined) return metric;
  const found = [...new Set(experiments.map(({ select }) => select.metric === "last" ? "accuracy" : select.metric))];
  if (found.length === 1) return found[0];
  throw new RangeError(
    `Cannot stop points early: the definitions select by ${found.join(" and ")}. Name one metric for all of them ` +
      "(halving: { metric }, --metric NAME)",
  );
}

/**
 * How a run stood at the end of an epoch: the best so far, as it keeps its best checkpoint, or the last value where its
 * definition keeps the last. What it did after that epoch does not count, so that a decision can be made again at any time.
 *
 * @returns NaN where it has no such value
 * @throws {RangeError} when validations have no such metric; names those there are
 */
export function valueAt(
  { select }: Experiment,
  history: readonly EpochRow[],
  { metric, epoch }: { readonly metric: string; readonly epoch: number },
): number {
  const rows = history.filter((row) => row.epoch <= epoch);
  const judged = select.metric === "last" ? rows.slice(-1) : rows.flatMap((row) => [...row.between, row]);
  return judged.reduce((best, { validation }) => {
    const value = read(validation, metric);
    return Number.isNaN(best) || value > best ? value : best;
  }, NaN);
}

function read(validation: Metrics, metric: string): number {
  if (metric in validation) return validation[metric];
  throw new RangeError(
    `Cannot stop points early by "${metric}": validations have ${Object.keys(validation).join(", ")}`,
  );
}

/**
 * Which points go on: the highest values, of equal ones the earlier. Those without a value, as failed ones, never do.
 *
 * @param values by point; NaN: it has none
 * @returns indices, in their order
 */
export function bestOf(values: readonly number[], count: number): number[] {
  return [...values.keys()].filter((i) => !Number.isNaN(values[i]))
    .sort((a, b) => values[b] - values[a] || a - b)
    .slice(0, count)
    .sort((a, b) => a - b);
}
