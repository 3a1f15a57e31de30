import { checkFlag, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { adamUpdate, zerosLike } from "../engine/ops.ts";
import { disposeTree, entries, fill, mapTree, type Tree } from "../engine/tree.ts";
import type { StepAt, Stepped } from "./step.ts";

/** Adam with decoupled weight decay. */
export interface AdamW extends Part<"adamW"> {
  /** Learning rate before the schedule; > 0. */
  readonly rate: number;
  /** Weight decay by unit of learning rate: each step multiplies a weight by 1 − rate · decay; ≥ 0. */
  readonly decay: number;
  /** How much of the gradient's running mean a step keeps; 0 ≤ β₁ < 1. */
  readonly beta1: number;
  /** How much of the running mean of its square a step keeps; 0 ≤ β₂ < 1. */
  readonly beta2: number;
  /** Added to the root of the running square; > 0. */
  readonly epsilon: number;
  /** Whether vectors (norms, biases, layer scales) are spared from decay. PyTorch decays them. */
  readonly spareVectors: boolean;
}

/** Defines AdamW; the defaults are PyTorch's. */
export const adamW: Maker<AdamW> = part<AdamW>("adamW", {
  rate: 1e-3,
  decay: 0.01,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  spareVectors: false,
}, { check: checkAdam });

/** Running means of the gradient and of its square, under PyTorch's names; each a tree like the parameters. */
export type AdamState<P extends Tree> = { readonly exp_avg: P; readonly exp_avg_sq: P };

/** State before the first step: zeros. The caller owns it. */
export function initAdam<P extends Tree>(_spec: unknown, params: P): AdamState<P> {
  return {
    exp_avg: mapTree(params, (leaf) => zerosLike(leaf)),
    exp_avg_sq: mapTree(params, (leaf) => zerosLike(leaf)),
  };
}

/**
 * Moves the parameters by a gradient. Consumes `gradient`, `at.params` and `at.state`.
 *
 * @param at `step` counts from 1, since the running means are corrected by it
 * @returns tensors that the caller owns
 *
 * Source: Decoupled Weight Decay Regularization (Loshchilov and Hutter 2019, algorithm 2) as PyTorch has it, where
 * the decay is multiplied by the learning rate and ε stands outside the root and the correction.
 */
export function updateAdamW<P extends Tree>(
  spec: Omit<AdamW, "kind" | "rate">,
  gradient: P,
  at: StepAt<P, AdamState<P>>,
): Pick<Stepped<P, AdamState<P>>, "params" | "state"> {
  const first = new Map(entries(at.state.exp_avg));
  const second = new Map(entries(at.state.exp_avg_sq));
  const slope = new Map(entries(gradient));
  const { beta1, beta2, epsilon, spareVectors } = spec;
  const paths = entries(at.params);
  const tensors = paths.map(([path, param]) => ({
    param,
    gradient: slope.get(path)!,
    first: first.get(path)!,
    second: second.get(path)!,
    decay: spareVectors && param.rank <= 1 ? 0 : spec.decay,
  }));
  const updates = adamUpdate(tensors, { rate: at.rate, step: at.step, beta1, beta2, epsilon });
  disposeTree(gradient);
  const updated = (name: "param" | "first" | "second"): P =>
    fill(at.params, new Map(paths.map(([path], i) => [path, updates[i][name]])));
  return { params: updated("param"), state: { exp_avg: updated("first"), exp_avg_sq: updated("second") } };
}

/** Refuses numbers that no Adam can have, decoupled or not. */
export function checkAdam(spec: { readonly kind: string } & Omit<AdamW, "kind">): void {
  const { kind, rate, decay, beta1, beta2, epsilon, spareVectors } = spec;
  checkNumber(`${kind}.rate`, rate, { above: 0 });
  checkNumber(`${kind}.decay`, decay, { from: 0 });
  checkNumber(`${kind}.beta1`, beta1, { from: 0, below: 1 });
  checkNumber(`${kind}.beta2`, beta2, { from: 0, below: 1 });
  checkNumber(`${kind}.epsilon`, epsilon, { above: 0 });
  checkFlag(`${kind}.spareVectors`, spareVectors);
}
