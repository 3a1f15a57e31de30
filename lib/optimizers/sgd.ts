import { checkFlag, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { add, mul, sub, tidy, zerosLike } from "../engine/ops.ts";
import { disposeTree, entries, mapTree, type Tree } from "../engine/tree.ts";
import { decayed } from "./adam.ts";
import type { StepAt, Stepped } from "./step.ts";

/** Stochastic gradient descent with momentum. */
export interface Sgd extends Part<"sgd"> {
  /** Learning rate before the schedule; > 0. */
  readonly rate: number;
  /** How much of the last step's velocity the next one keeps; 0 ≤ momentum < 1. */
  readonly momentum: number;
  /** Share of each weight that is added to its gradient (L2); ≥ 0. */
  readonly decay: number;
  /** Whether the gradient is followed once more on top of the velocity (Nesterov's momentum). */
  readonly nesterov: boolean;
  /** Whether vectors (norms, biases, layer scales) are spared from decay. PyTorch decays them. */
  readonly spareVectors: boolean;
}

/** Defines stochastic gradient descent. */
export const sgd: Maker<Sgd> = part(
  "sgd",
  { rate: 0.1, momentum: 0.9, decay: 0, nesterov: false, spareVectors: false },
  {
    check({ rate, momentum, decay, nesterov, spareVectors }) {
      checkNumber("sgd.rate", rate, { above: 0 });
      checkNumber("sgd.momentum", momentum, { from: 0, below: 1 });
      checkNumber("sgd.decay", decay, { from: 0 });
      checkFlag("sgd.nesterov", nesterov);
      checkFlag("sgd.spareVectors", spareVectors);
      if (nesterov && momentum === 0) {
        throw new RangeError("Cannot define sgd: nesterov with momentum 0, expected a momentum above 0");
      }
    },
  },
);

/** Velocities under PyTorch's name: a tree like the parameters. */
export type SgdState<P extends Tree> = { readonly momentum_buffer: P };

/** State before the first step: zeros. The caller owns it. */
export function initSgd<P extends Tree>(_spec: Sgd, params: P): SgdState<P> {
  return { momentum_buffer: mapTree(params, (leaf) => zerosLike(leaf)) };
}

/**
 * velocity ← momentum · velocity + gradient; params ← params − rate · velocity. Consumes `gradient`, `at.params` and
 * `at.state`.
 *
 * @returns tensors that the caller owns
 *
 * Source: Sutskever et al. 2013 as PyTorch has it, where the rate multiplies the velocity rather than the gradient.
 */
export function updateSgd<P extends Tree>(
  spec: Sgd,
  gradient: P,
  at: StepAt<P, SgdState<P>>,
): Pick<Stepped<P, SgdState<P>>, "params" | "state"> {
  const whole = decayed(gradient, at.params, spec);
  const slopes = new Map(entries(whole));
  const velocities = new Map(entries(at.state.momentum_buffer));
  const next = mapTree(
    at.params,
    (_, path) => tidy(() => add(mul(velocities.get(path)!, spec.momentum), slopes.get(path)!)),
  );
  const newest = new Map(entries(next));
  const params = mapTree(at.params, (param, path) =>
    tidy(() => {
      const velocity = newest.get(path)!;
      const direction = spec.nesterov ? add(slopes.get(path)!, mul(velocity, spec.momentum)) : velocity;
      return sub(param, mul(direction, at.rate));
    }));
  // at the end: a step that fails, on a full heap say, leaves what it was given
  disposeTree([whole, at.params, at.state.momentum_buffer]);
  return { params, state: { momentum_buffer: next } };
}
