import { type Maker, type Part, part } from "../definition/part.ts";
import { add, clone, mul, tidy } from "../engine/ops.ts";
import { disposeTree, entries, mapTree, type Tree } from "../engine/tree.ts";
import { type AdamState, type AdamW, checkAdam, updateAdamW } from "./adamw.ts";
import type { StepAt, Stepped } from "./step.ts";

/** Adam, its weight decay part of the gradient. */
export interface Adam extends Part<"adam">, Omit<AdamW, "kind" | "decay"> {
  /** Share of each weight that is added to its gradient (L2); ≥ 0. */
  readonly decay: number;
}

/** Defines Adam; the defaults are PyTorch's. */
export const adam: Maker<Adam> = part<Adam>("adam", {
  rate: 1e-3,
  decay: 0,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  spareVectors: false,
}, { check: checkAdam });

/**
 * Moves the parameters by a gradient. Consumes `gradient`, `at.params` and `at.state`.
 *
 * @returns tensors that the caller owns
 *
 * Source: Adam (Kingma and Ba 2015, algorithm 1) as PyTorch has it.
 */
export function updateAdam<P extends Tree>(
  spec: Adam,
  gradient: P,
  at: StepAt<P, AdamState<P>>,
): Pick<Stepped<P, AdamState<P>>, "params" | "state"> {
  return updateAdamW({ ...spec, decay: 0 }, decayed(gradient, at.params, spec), at);
}

/** gradient + decay · params, without decay where it is spared. Consumes `gradient`. */
export function decayed<P extends Tree>(
  gradient: P,
  params: P,
  { decay, spareVectors }: Pick<Adam, "decay" | "spareVectors">,
): P {
  if (decay === 0) return gradient;
  const weights = new Map(entries(params));
  const sum = mapTree(gradient, (leaf, path) => {
    const weight = weights.get(path)!;
    return spareVectors && weight.rank <= 1 ? clone(leaf) : tidy(() => add(leaf, mul(weight, decay)));
  });
  disposeTree(gradient);
  return sum;
}
