/** What training carries from step to step, beside its counters. */
import { add, mul, relu, sub, tidy } from "../engine/ops.ts";
import { disposeTree, entries, type FlatTree, mapTree, partition, type Tree } from "../engine/tree.ts";
import type { Experiment } from "../experiment.ts";
import { learnsOf, type ModelNetwork } from "../models/model.ts";
import { optimizerKind, type OptimizerState } from "../optimizers/mod.ts";

/** What a step changes; its tensors belong to whoever holds it. */
export type Weights = ModelNetwork & {
  /** Of the optimizer, for the parameters that learn. */
  readonly state: OptimizerState<FlatTree>;
  /** Running mean of the parameters that learn and of the buffers; empty where the definition has none. */
  readonly ema: Average;
};

/** What is averaged over the steps. */
export type Average = { readonly params: FlatTree; readonly buffers: FlatTree };

/** Which names of parameters and draws learn. */
export function learnersOf({ model, trainable }: Experiment): (name: string) => boolean {
  return learnsOf(model, trainable?.lastStages ?? null);
}

/**
 * What training changes, before the first step.
 *
 * @param network belongs to the weights from now on
 */
export function firstWeights(experiment: Experiment, network: ModelNetwork): Weights {
  const { optimizer, trainable } = experiment;
  const [free] = partition(network.params, learnersOf(experiment));
  // not clones: a recorded step knows its inputs by the place of their values, which those would share
  const copies = (tree: Tree): FlatTree =>
    Object.fromEntries(entries(tree).map(([path, leaf]) => [path, add(leaf, 0)]));
  const averaged = (trainable?.ema ?? null) !== null;
  return {
    ...network,
    state: optimizerKind(optimizer).init(optimizer, free),
    ema: averaged ? { params: copies(free), buffers: copies(network.buffers) } : { params: {}, buffers: {} },
  };
}

/** The network that is judged: the average where the definition has one. Its tensors stay those of the weights. */
export function judgedNetwork({ params, buffers, ema }: Pick<Weights, "params" | "buffers" | "ema">): ModelNetwork {
  const over = <T extends Tree>(tree: T, averages: FlatTree): T =>
    mapTree(tree, (leaf, path) => averages[path] ?? leaf);
  return { params: over(params, ema.params), buffers: over(buffers, ema.buffers) };
}

/** Consumes the leaf at `path`: its negative values become 0. */
export function nonNegative(params: FlatTree, path: string): FlatTree {
  const held = relu(params[path]);
  params[path].dispose();
  return { ...params, [path]: held };
}

/** share · average + (1 − share) · newest. Consumes the average. */
export function averaged(
  average: Average,
  { params, buffers, share }: { readonly params: FlatTree; readonly buffers: Tree; readonly share: number | null },
): Average {
  if (share === null) return average;
  const towards = (old: FlatTree, tree: Tree): FlatTree => {
    const next = entries(tree).map(([path, leaf]) => [
      path,
      tidy(() => add(old[path], mul(sub(leaf, old[path]), 1 - share))),
    ]);
    disposeTree(old);
    return Object.fromEntries(next);
  };
  return { params: towards(average.params, params), buffers: towards(average.buffers, buffers) };
}
