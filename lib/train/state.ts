/** What training carries from step to step, and where a new run begins. */
import type { Best, EpochRow, NonFiniteRow, Phases, Unreadable, ValidationRow } from "../types.ts";
import type { Weights } from "./weights.ts";

/** What is known of an epoch before it is over. */
export interface Running {
  /** Sums over the steps that were taken, by term. */
  readonly loss: Readonly<Record<string, number>>;
  /** How many those are. */
  readonly steps: number;
  readonly between: readonly ValidationRow[];
  readonly seconds: Phases;
  readonly megabytes: Phases;
}

/** All that training carries from step to step. Its tensors belong to whoever holds it. */
export interface TrainState {
  params: Weights["params"];
  buffers: Weights["buffers"];
  /** Of the optimizer. */
  state: Weights["state"];
  ema: Weights["ema"];
  /** Steps done, those that were left out among them. */
  step: number;
  /** Wall time spent on batches, steps and validation, pauses left out. */
  seconds: number;
  /** Epochs that are over. */
  readonly history: EpochRow[];
  readonly skipped: NonFiniteRow[];
  /** Images that could not be read so far, whatever for. */
  readonly unreadable: Unreadable[];
  /** The epoch at hand. */
  running: Running;
  best: Best | null;
}

/** What of it is not tensors. */
export type Progress = Omit<TrainState, keyof Weights>;

/** An epoch of which nothing is done. */
export function newEpoch(): Running {
  const none = { data: 0, step: 0, evaluate: 0 };
  return { loss: {}, steps: 0, between: [], seconds: none, megabytes: none };
}

/** Before the first step. @param weights belong to the state from now on */
export function firstState(weights: Weights): TrainState {
  const none = { history: [], skipped: [], unreadable: [] };
  return { ...weights, ...none, step: 0, seconds: 0, running: newEpoch(), best: null };
}

/** The tensors of a state, which it owns. */
export function weightsOf({ params, buffers, state, ema }: TrainState): Weights {
  return { params, buffers, state, ema };
}

/** The same epoch after one more step. */
export function withLoss(running: Running, loss: Readonly<Record<string, number>>): Running {
  const sums = Object.entries(loss).map(([term, value]) => [term, (running.loss[term] ?? 0) + value]);
  return { ...running, loss: Object.fromEntries(sums), steps: running.steps + 1 };
}

/** Mean of each term over the epoch's steps; empty when none was taken. */
export function meanLoss({ loss, steps }: Running): Record<string, number> {
  return Object.fromEntries(Object.entries(loss).map(([term, sum]) => [term, sum / steps]));
}
