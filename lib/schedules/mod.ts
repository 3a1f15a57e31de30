/** Schedules by kind. */
import { constantRate } from "./constant.ts";
import { cosineRate } from "./cosine.ts";

export { type Constant, constant } from "./constant.ts";
export { type Cosine, cosine } from "./cosine.ts";

/** kind → learning rate from the part, the optimizer's rate, and the epochs done. */
export const schedules = {
  constant: constantRate,
  cosine: cosineRate,
};

/** Any schedule part. */
export type Schedule = Parameters<(typeof schedules)[keyof typeof schedules]>[0];

/** The learning rate after `epoch` epochs, possibly a fraction. */
export function rateAt(spec: Schedule, rate: number, epoch: number): number {
  const schedule = schedules[spec.kind] as (spec: Schedule, rate: number, epoch: number) => number;
  return schedule(spec, rate, epoch);
}
