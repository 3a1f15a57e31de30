import { checkNumber } from "../definition/check.ts";
import { type Part, part } from "../definition/part.ts";
import { add, mul, tidy } from "../engine/ops.ts";
import { disposeTree, entries, mapTree, type Tree } from "../engine/tree.ts";
import { type AdamState, updateAdamW } from "./adamw.ts";
import type { StepAt, Stepped } from "./step.ts";

/** Adam, its weight decay part of the gradient. */
export interface Adam extends Part<"adam"> {
  /** Learning rate before the schedule; > 0. */
  readonly rate: number;
  /** Share of each weight that is added to its gradient (L2); ≥ 0. */
  readonly decay: number;
  /** How much of the gradient's running mean a step keeps; 0 ≤ β₁ < 1. */
  readonly beta1: number;
  /** How much of the running mean of its square a step keeps; 0 ≤ β₂ < 1. */
  readonly beta2: number;
  /** Added to the root of the running square; > 0. */
  readonly epsilon: number;
}

/** Defines Adam; the defaults are PyTorch's. */
export const adam = part<Adam>("adam", { rate: 1e-3, decay: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }, {
  check({ rate, decay, beta1, beta2, epsilon }) {
    checkNumber("adam.rate", rate, { above: 0 });
    checkNumber("adam.decay", decay, { from: 0 });
    checkNumber("adam.beta1", beta1, { from: 0, below: 1 });
    checkNumber("adam.beta2", beta2, { from: 0, below: 1 });
    checkNumber("adam.epsilon", epsilon, { above: 0 });
  },
});

/**
 * Moves the parameters by a gradient. Consumes `gradient`, `at.params` and `at.state`.
 *
 * @returns tensors that the caller owns
 *
 * Source: Adam (Kingma and Ba 2015, algorithm 1) as PyTorch has it.
 */
export function updateAdam<P extends Tree>(
  { decay, ...rest }: Adam,
  gradient: P,
  at: StepAt<P, AdamState<P>>,
): Pick<Stepped<P, AdamState<P>>, "params" | "state"> {
  const whole = decay === 0 ? gradient : decayed(gradient, { params: at.params, decay });
  return updateAdamW({ ...rest, decay: 0, spareVectors: false }, whole, at);
}

/** gradient + decay · params. Consumes `gradient`. */
export function decayed<P extends Tree>(gradient: P, { params, decay }: { params: P; decay: number }): P {
  const weights = new Map(entries(params));
  const sum = mapTree(gradient, (leaf, path) => tidy(() => add(leaf, mul(weights.get(path)!, decay))));
  disposeTree(gradient);
  return sum;
}
