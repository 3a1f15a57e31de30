/** When the state of a training is kept, and with what. */
import type { Epochs } from "../data/epochs.ts";
import type { Experiment } from "../experiment.ts";
import type { EventLog } from "../runs/event_log.ts";
import { type Circumstances, type Position, saveState } from "./checkpoint.ts";
import type { TrainState } from "./state.ts";

/** Where states go, and when. */
export interface Keeping {
  /** Which pairs each step takes. */
  readonly plan: Epochs;
  /** Folder of the run, where checkpoints go. */
  readonly folder: string;
  readonly circumstances: Circumstances;
  /** Holds every event that was yielded by the time the next is asked for. */
  readonly log: Pick<EventLog, "sync">;
  /** Least seconds between two checkpoints within an epoch; 0: one after every step. */
  readonly checkpointSeconds: number;
}

/** Keeps the state where it is not kept yet; once that failed, it is not tried again. */
export interface Keeper {
  /** The file of the state, null when the disk has it already. */
  keep(): Promise<string | null>;
  /** Whether the last time is long enough ago. */
  isDue(): boolean;
}

/** A keeper of the state that training moves on in place. */
export function keeping(
  experiment: Experiment,
  state: TrainState,
  { plan, folder, circumstances, log, checkpointSeconds }: Keeping,
): Keeper {
  const stand = (): string => [state.step, state.history.length, state.running.between.length].join(" ");
  let kept = stand();
  let at = performance.now();
  let broken = false;
  return {
    isDue: () => (performance.now() - at) / 1000 >= checkpointSeconds,
    async keep() {
      if (broken || stand() === kept) return null;
      broken = true;
      const position = positionOf(experiment, state, plan);
      const file = await saveState(folder, state, { ...circumstances, position, events: await log.sync() });
      broken = false;
      kept = stand();
      at = performance.now();
      return file;
    },
  };
}

/** Where a state stands in its epoch, and the hash of that epoch's order. */
export function positionOf(
  { batch }: Experiment,
  state: Pick<TrainState, "step" | "history">,
  { stepsPerEpoch, orderOf }: Epochs,
): Position {
  const epoch = state.history.length + 1;
  const step = state.step - (epoch - 1) * stepsPerEpoch;
  return { epoch, batch: step * (batch.accumulate ?? 1), order: orderOf(epoch) };
}
