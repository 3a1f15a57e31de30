/** What every optimizer is given and gives back. Types only. */
import type { Scalar } from "../engine/ops.ts";
import type { Tree } from "../engine/tree.ts";
import type { LossValue } from "../types.ts";

/**
 * The loss as a function of the parameters. An optimizer is given this rather than the gradient, because some need
 * it twice a step.
 */
export type Objective<P extends Tree> = (params: P) => LossValue;

/** Where a step starts. The step consumes parameters and state. */
export interface StepAt<P extends Tree, S extends Tree> {
  readonly params: P;
  readonly state: S;
  /** Learning rate of this step, after the schedule; a scalar where the step is recorded. */
  readonly rate: number | Scalar;
  /** Number of this step, counted from 1; a scalar where the step is recorded. */
  readonly step: number | Scalar;
}

/** Where it ends; the caller owns every tensor. */
export interface Stepped<P extends Tree, S extends Tree> {
  readonly params: P;
  readonly state: S;
  /** The objective at the parameters the step started from. */
  readonly value: LossValue;
}
