import type { RunRecord, ScoreColumns } from "../types.ts";

/** What a run is measured by: its metrics, and its scores where they are at hand. */
interface Scored extends Pick<RunRecord, "metrics"> {
  readonly scores?: ScoreColumns;
}

/**
 * The runs on the test sets that are compared: those of each run's definition, and of the further ones that a record
 * took in later those that all of the runs have, so that a set on which one run alone was scored moves no mean.
 *
 * @returns the runs as they are where nothing is left out
 */
export function onSharedSets<Run extends Scored>(runs: readonly Run[]): Run[] {
  return runs.map((run) => {
    const alone = furtherSets(run.metrics).filter((name) => !runs.every(({ metrics }) => name in metrics));
    if (alone.length === 0) return run;
    const metrics = Object.fromEntries(Object.entries(run.metrics).filter(([name]) => !alone.includes(name)));
    return { ...run, metrics, ...(run.scores === undefined ? {} : { scores: without(run.scores, alone) }) };
  });
}

/** Sets that a record took in after it was done: in its metrics they stand behind the mean over its own. */
function furtherSets(metrics: RunRecord["metrics"]): string[] {
  const names = Object.keys(metrics);
  return names.includes("mean") ? names.slice(names.indexOf("mean") + 1) : [];
}

function without(scores: ScoreColumns, sets: readonly string[]): ScoreColumns {
  const rows = scores.set.flatMap((name, row) => name !== null && sets.includes(name) ? [] : [row]);
  const taken = Object.entries(scores).map(([name, column]) => [name, rows.map((row) => column[row])]);
  return Object.fromEntries(taken) as unknown as ScoreColumns;
}
