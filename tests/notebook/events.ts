import type { RunEvent, RunRecord, StepRow } from "../../lib/types.ts";
import { syntheticRecord } from "../report/records.ts";

/** What a made-up run does. */
export interface MadeUp {
  readonly steps: number;
  /** Step at which it goes on; 1: from the start. */
  readonly from?: number;
  /** Called before each event. */
  readonly before?: () => void | Promise<void>;
  readonly signal?: AbortSignal;
  /** Thrown after the last step instead of a record. */
  readonly failure?: Error;
}

/** A record whose losses fall evenly. */
export function madeUpRecord(steps: number): RunRecord {
  return { ...syntheticRecord({ name: "dual" }), steps: Array.from({ length: steps }, (_, i) => row(i + 1)) };
}

/** A run's events without a run: steps, then its test sets in two halves and half of its cues. */
export async function* madeUpEvents(
  { steps, from = 1, before = () => {}, signal, failure }: MadeUp,
): AsyncGenerator<RunEvent, void> {
  yield {
    kind: "start",
    name: "dual",
    id: "0123",
    step: from - 1,
    steps,
    images: { step: 12, test: 24, probe: 12 },
    epochs: 1,
  };
  for (let step = from; step <= steps; step++) {
    await before();
    yield { kind: "step", row: row(step), seconds: 1 };
    signal?.throwIfAborted();
  }
  if (failure !== undefined) throw failure;
  for (const done of [50, 100]) {
    await before();
    yield { kind: "evaluate", done, total: 100 };
  }
  await before();
  yield { kind: "probe", done: 5, total: 10 };
  yield { kind: "done", record: madeUpRecord(steps) };
}

function row(step: number): StepRow {
  return { step, epoch: 1, loss: { total: 2 / step, classification: 1 / step } };
}
