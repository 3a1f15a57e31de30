/** Optimizers by kind. */
import type { Tree } from "../engine/tree.ts";
import { updateAdam } from "./adam.ts";
import { type AdamState, initAdam, updateAdamW } from "./adamw.ts";
import { type Sam, stepSam } from "./sam.ts";
import { initSgd, type SgdState, updateSgd } from "./sgd.ts";
import type { Slope } from "./slope.ts";
import { type StepAt, stepBy, type Stepped, type Update } from "./step.ts";

export { type Adam, adam } from "./adam.ts";
export { type AdamW, adamW } from "./adamw.ts";
export { type Sam, sam } from "./sam.ts";
export { type Sgd, sgd } from "./sgd.ts";

/** What an optimizer carries from step to step for parameters `P`. */
export type OptimizerState<P extends Tree> = AdamState<P> | SgdState<P>;

/** kind → its state before the first step, and how it moves parameters by a gradient. */
const movers = {
  adamW: { init: initAdam, update: updateAdamW },
  adam: { init: initAdam, update: updateAdam },
  sgd: { init: initSgd, update: updateSgd },
};

/** Any optimizer part. */
export type Optimizer = Sam | Sam["base"];

/** How an optimizer of one kind starts and steps. */
interface OptimizerKind<Spec> {
  /** Its state before the first step; the caller owns it. */
  init<P extends Tree>(spec: Spec, params: P): OptimizerState<P>;
  /** One step; consumes `at.params` and `at.state`, the caller owns what it returns. */
  step<P extends Tree>(
    spec: Spec,
    slope: Slope<P>,
    at: StepAt<P, OptimizerState<P>>,
  ): Stepped<P, OptimizerState<P>>;
}

/** kind → how it starts and steps. */
export const optimizers: { readonly [K in Optimizer["kind"]]: OptimizerKind<Extract<Optimizer, { kind: K }>> } = {
  adamW: plain("adamW"),
  adam: plain("adam"),
  sgd: plain("sgd"),
  sam: {
    init: ({ base }, params) => moverOf(base).init(base, params),
    step: (spec, slope, at) => stepSam(moverOf(spec.base).update, { spec, slope, at }),
  },
};

/** An optimizer that takes its step by the gradient where it stands. */
function plain<K extends keyof typeof movers>(kind: K): OptimizerKind<Extract<Optimizer, { kind: K }>> {
  type Spec = Extract<Optimizer, { kind: K }>;
  const { init, update } = movers[kind] as unknown as Mover<Spec>;
  return { init, step: (spec, slope, at) => stepBy(update, { spec, slope, at }) };
}

type Mover<Spec> = Pick<OptimizerKind<Spec>, "init"> & {
  update<P extends Tree>(
    ...given: Parameters<Update<Spec, P, OptimizerState<P>>>
  ): ReturnType<Update<Spec, P, OptimizerState<P>>>;
};

function moverOf({ kind }: Sam["base"]): Mover<Sam["base"]> {
  return movers[kind] as unknown as Mover<Sam["base"]>;
}

/** The entry of an optimizer's kind. */
export function optimizerKind(spec: Optimizer): OptimizerKind<Optimizer> {
  return optimizers[spec.kind] as unknown as OptimizerKind<Optimizer>;
}

/** The learning rate that a schedule starts from. */
export function rateOf(spec: Optimizer): number {
  return spec.kind === "sam" ? spec.base.rate : spec.rate;
}
