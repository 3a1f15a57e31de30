import type { Scalar } from "../engine/ops.ts";
import type { Experiment } from "../experiment.ts";
import { totalLoss } from "../losses/total.ts";
import { forwardModel, type ModelParams } from "../models/model.ts";
import { optimizers, type OptimizerState } from "../optimizers/mod.ts";
import type { Batch, LossValue } from "../types.ts";

/** What a step changes. */
export interface Weights {
  readonly params: ModelParams;
  readonly state: OptimizerState<ModelParams>;
}

/**
 * One step of training: the objective of the definition on one batch, handed to its optimizer.
 *
 * @param at consumed: its tensors are freed, those of the returned weights replace them
 * @param options `rate` of this step; `step` counted from 1
 * @returns the new weights and the loss before the step; the caller owns both
 */
export function trainStep(
  experiment: Experiment,
  at: Weights,
  { batch, rate, step }: { batch: Batch; rate: number; step: number },
): Weights & { readonly value: LossValue } {
  const objective = (params: ModelParams): LossValue => {
    const outputs = forwardModel(experiment.model, params, batch.images);
    return totalLoss(experiment.loss, { ...outputs, labels: batch.labels, groups: batch.groups });
  };
  return optimizers[experiment.optimizer.kind].step(experiment.optimizer, objective, { ...at, rate, step });
}

/** The numbers of a loss, total first; frees its scalars. */
export async function readLoss({ total, terms }: LossValue): Promise<Record<string, number>> {
  const scalars: [string, Scalar][] = [["total", total], ...Object.entries(terms)];
  const numbers = await Promise.all(scalars.map(async ([name, scalar]) => [name, (await scalar.data())[0]] as const));
  for (const scalar of new Set(scalars.map(([, each]) => each))) scalar.dispose();
  return Object.fromEntries(numbers);
}
