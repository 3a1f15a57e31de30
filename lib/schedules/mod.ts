/** Schedules by kind. */
import type { EpochRow } from "../types.ts";
import { constantRate } from "./constant.ts";
import { cosineRate } from "./cosine.ts";
import { plateauRate } from "./plateau.ts";

export { type Constant, constant } from "./constant.ts";
export { type Cosine, cosine } from "./cosine.ts";
export { type Plateau, plateau } from "./plateau.ts";

/** kind → learning rate from the part, the optimizer's rate, and how far training is. */
export const schedules = {
  constant: constantRate,
  cosine: cosineRate,
  plateau: plateauRate,
};

/**
 * The type of the table.
 * @internal
 */
type Schedules = typeof schedules;

/** Any schedule part. */
export type Schedule = Parameters<Schedules[keyof Schedules]>[0];

/** How far training is. */
export interface Progress {
  /** Epochs done, possibly a fraction. */
  readonly epoch: number;
  /** Of the whole epochs done. */
  readonly history: readonly EpochRow[];
}

/** The learning rate where training stands; null where the schedule ends it. */
export function rateAt(spec: Schedule, rate: number, progress: Progress): number | null {
  const schedule = schedules[spec.kind] as (spec: Schedule, rate: number, progress: Progress) => number | null;
  return schedule(spec, rate, progress);
}
