/** Where fake begins for runs, as it was frozen on their validation data. */
import type { RunRecord } from "../types.ts";

/** A threshold for all runs, or each run's own, frozen on its validation split. */
export type ThresholdChoice = number | "frozen";

/** What is needed of a run to know its threshold. */
export type WithFrozen = Pick<RunRecord, "frozen" | "experiment">;

/** The threshold that a run froze; null where it is older than that. */
export function frozenThresholdOf({ frozen }: Pick<RunRecord, "frozen">): number | null {
  return frozen?.threshold.threshold ?? null; // records that a program made may lack the field
}

/**
 * Where fake begins for each run.
 *
 * @throws {RangeError} when a frozen one is asked for and a run has none, naming it
 */
export function thresholdsOf(runs: readonly WithFrozen[], choice: ThresholdChoice): number[] {
  return runs.map((run) => {
    const threshold = choice === "frozen" ? frozenThresholdOf(run) : choice;
    if (threshold !== null) return threshold;
    throw new RangeError(
      `Cannot take the frozen threshold of "${run.experiment.name}": its record has none, since it is older than the scores ` +
        "of its validation split. Run it again with --fresh (fresh: true)",
    );
  });
}
