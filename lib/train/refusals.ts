/** What training says when it cannot go on, and what to do then. */
import type { Experiment } from "../experiment.ts";
import type { NonFiniteRow } from "../types.ts";

/** A step was taken that must not have been: the weights are not fit to go on from. */
export class BrokenWeights extends Error {
  override readonly name = "Error";
}

/** A row of a step that was not finite. */
export function nonFinite(
  loss: Readonly<Record<string, number>>,
  { place, epoch, each }: { place: number; epoch: number; each: readonly { readonly ids: readonly string[] }[] },
): NonFiniteRow {
  return { step: place, epoch, loss, ids: each.flatMap(({ ids }) => ids) };
}

/** At most so many ids stand in the message; the run's events have all. */
const IDS_TOLD = 16;

/** That a step was not finite: its terms and its batch. */
export function refuseStep({ step, loss, ids }: NonFiniteRow): string {
  const terms = Object.entries(loss).map(([name, value]) => `${name} ${value}`).join(", ");
  const more = ids.length > IDS_TOLD ? ` and ${ids.length - IDS_TOLD} more, which events.jsonl names` : "";
  return `Cannot go on training: the loss of step ${step} is not finite (${terms}), its batch is ` +
    `"${ids.slice(0, IDS_TOLD).join('", "')}"${more}. Take a smaller learning rate, or onNaN: "skip" to leave such ` +
    "steps out";
}

/** That the heap is full, with the size of batch to try. What a step takes grows with its batch, so half is the next to try. */
export function refuseBatch(
  { size, accumulate }: Experiment["batch"],
  { rows, step, why }: { rows: number; step: number; why: string },
): string {
  const smaller = Math.floor(size / 2 / rows) * rows;
  const advice = smaller === 0
    ? "Take a smaller model or view, a batch cannot be smaller"
    : `Set "batch.size" to ${smaller}, and "batch.accumulate" to ${
      Math.ceil(size * (accumulate ?? 1) / smaller)
    } for steps of no fewer rows`;
  return `Cannot go on training after step ${step} with batches of ${size} rows: ${why}. ${advice}; ` +
    "the last step is kept as a checkpoint";
}
