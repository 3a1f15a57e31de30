/** What every optimizer is given and gives back, and what their steps share. */
import type { Scalar } from "../engine/ops.ts";
import type { Tree } from "../engine/tree.ts";
import type { LossValue } from "../types.ts";
import { clipped } from "./clip.ts";
import type { Slope } from "./slope.ts";

/** Where a step starts. The step consumes parameters and state. */
export interface StepAt<P extends Tree, S extends Tree> {
  readonly params: P;
  readonly state: S;
  /** Learning rate of this step, after the schedule; a scalar where the step is recorded. */
  readonly rate: number | Scalar;
  /** Number of this step, counted from 1; a scalar where the step is recorded. */
  readonly step: number | Scalar;
  /** Largest norm of the gradient that the parameters are moved by, over all of them together; null: any. */
  readonly clip?: number | null;
}

/** Where it ends; the caller owns every tensor. */
export interface Stepped<P extends Tree, S extends Tree> {
  readonly params: P;
  readonly state: S;
  /** The objective at the parameters the step started from. */
  readonly value: LossValue;
  /** Of the model's norms, after the pass at those parameters. */
  readonly buffers: Tree;
}

/** Moves parameters by a gradient; consumes all three trees. */
export type Update<Spec, P extends Tree, S extends Tree> = (
  spec: Spec,
  gradient: P,
  at: StepAt<P, S>,
) => Pick<Stepped<P, S>, "params" | "state">;

/** A step of one look at the objective: its gradient, clipped, moves the parameters. */
export function stepBy<Spec, P extends Tree, S extends Tree>(
  update: Update<Spec, P, S>,
  { spec, slope, at }: { readonly spec: Spec; readonly slope: Slope<P>; readonly at: StepAt<P, S> },
): Stepped<P, S> {
  const { gradient, value, buffers } = slope(at.params);
  return { ...update(spec, clipped(gradient, at.clip ?? null), at), value, buffers };
}
