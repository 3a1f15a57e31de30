import { type Part, part } from "../definition/part.ts";

/** The same learning rate throughout. */
export type Constant = Part<"constant">;

/** Defines a constant schedule. */
export const constant = part<Constant>("constant", {});

/** The optimizer's own rate. */
export function constantRate(_spec: Constant, rate: number): number {
  return rate;
}
