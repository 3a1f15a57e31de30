/** When the network is judged, which judgement is the best so far, and when none better is waited for any more. */
import type { Experiment } from "../experiment.ts";
import type { EpochRow, ValidationRow } from "../types.ts";
import type { TrainState } from "./state.ts";

/** Judgements of a run, and where the epoch at hand began. */
type Judged = Pick<TrainState, "step" | "history" | "running">;

/** Whether the network is to be judged here, within an epoch, and is not yet. */
export function isDue({ every }: Experiment["select"], { step, running: { between } }: Judged, first: number): boolean {
  return every !== null && step > first && step % every === 0 && between.at(-1)?.step !== step;
}

/** Whether the newest judgement is the one to keep: the first to reach the best value, or simply that of the last epoch. */
export function isBest({ metric }: Experiment["select"], judged: Judged): boolean {
  if (metric === "last") return judged.running.between.length === 0;
  const values = valuesOf(metric, judged);
  return values.slice(0, -1).every((value) => values[values.length - 1] > value);
}

/** Whether so many judgements in a row were no better that training ends. */
export function isStale({ metric, patience, gain }: Experiment["select"], judged: Judged): boolean {
  if (patience === null || metric === "last") return false;
  let best = -Infinity;
  let waited = 0;
  for (const value of valuesOf(metric, judged)) {
    waited = value > best + (gain ?? 0) ? 0 : waited + 1;
    if (waited === 0) best = value;
    if (waited >= patience) return true;
  }
  return false;
}

/** The metric at every judgement, in their order. */
function valuesOf(metric: string, { history, running }: Judged): number[] {
  const rows: readonly ValidationRow[] = [...history.flatMap(judgementsOf), ...running.between];
  return rows.map(({ validation }) => validation[metric]);
}

/** Those within an epoch and at its end; an epoch that ended with one of them has it once. */
function judgementsOf(row: EpochRow): ValidationRow[] {
  return [...row.between.filter(({ step }) => step !== row.step), row];
}
