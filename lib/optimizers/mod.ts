/** Optimizers by kind. */
import type { Tree } from "../engine/tree.ts";
import { type AdamState, initAdamW, stepAdamW } from "./adamw.ts";

export { type AdamW, adamW } from "./adamw.ts";

/** kind → its state before the first step, and one step. */
export const optimizers = {
  adamW: { init: initAdamW, step: stepAdamW },
};

/** Any optimizer part. */
export type Optimizer = Parameters<(typeof optimizers)[keyof typeof optimizers]["init"]>[0];

/** What an optimizer carries from step to step for parameters `P`. */
export type OptimizerState<P extends Tree> = AdamState<P>;
