import { type SeedInterval, studentInterval } from "../metrics/mod.ts";
import type { RunRecord } from "../types.ts";

/** How soon a run was as good as it became. */
export interface Arrival {
  readonly seed: number;
  /** First epoch, counted from 1, within reach of the best. */
  readonly epoch: number;
  /** The best value of any epoch, as a fraction. */
  readonly best: number;
}

/** What counts as arrived. */
export interface ArrivalOptions {
  /** A metric of the validation split, as records name them. */
  readonly metric?: string;
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

/**
 * How many epochs the runs of a method take, on average over seeds, until they are as good as they become: the mean of
 * {@linkcode arrivals} with Student's 95 % interval over seeds, whose low end is at least the first epoch.
 *
 * @returns null when no run has epochs
 */
export function epochsToReach(records: readonly RunRecord[], options: ArrivalOptions = {}): SeedInterval | null {
  const found = arrivals(records, options);
  if (found.length === 0) return null;
  const { value, low, high } = studentInterval(found.map(({ epoch }) => epoch));
  return { value, low: low === null ? null : Math.max(1, low), high };
}
