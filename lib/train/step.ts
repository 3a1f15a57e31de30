import { canCompile, compile } from "../engine/compiled.ts";
import { type Scalar, scalar } from "../engine/ops.ts";
import { disposeTree } from "../engine/tree.ts";
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
  { batch, rate, step }: {
    batch: Pick<Batch, "images" | "labels" | "groups">;
    rate: number | Scalar;
    step: number | Scalar;
  },
): Weights & { readonly value: LossValue } {
  const objective = (params: ModelParams): LossValue => {
    const outputs = forwardModel(experiment.model, params, batch.images);
    return totalLoss(experiment.loss, { ...outputs, labels: batch.labels, groups: batch.groups });
  };
  return optimizers[experiment.optimizer.kind].step(experiment.optimizer, objective, { ...at, rate, step });
}

/** Takes the steps of one training; disposed when it ends. */
export interface Stepper extends Disposable {
  /** As {@linkcode trainStep}. */
  take(
    at: Weights,
    given: { readonly batch: Batch; readonly rate: number; readonly step: number },
  ): ReturnType<typeof trainStep>;
}

/** Steps by {@linkcode trainStep}, recorded and replayed where the backend can: once for each size of a batch. */
export function stepper(experiment: Experiment): Stepper {
  if (!canCompile()) return { take: (at, given) => trainStep(experiment, at, given), [Symbol.dispose]() {} };
  const compiled = compile(({ state: { params, state }, inputs: { images, labels, rate, step }, fixed }: Recorded) => {
    const batch = { images, labels, groups: fixed };
    const { value: { total, terms }, ...next } = trainStep(experiment, { params, state }, { batch, rate, step });
    return { params: next.params, state: next.state, value: { total, terms } };
  });
  return {
    take({ params, state }, { batch: { images, labels, groups }, ...numbers }) {
      const changing = { rate: scalar(numbers.rate), step: scalar(numbers.step) };
      try {
        return compiled.run({ state: { params, state }, inputs: { images, labels, ...changing }, fixed: groups });
      } finally {
        disposeTree(changing);
      }
    },
    [Symbol.dispose]: () => compiled[Symbol.dispose](),
  };
}

/** What a recorded step works on. */
interface Recorded {
  readonly state: { readonly params: ModelParams; readonly state: Weights["state"] };
  readonly inputs: Pick<Batch, "images" | "labels"> & { readonly rate: Scalar; readonly step: Scalar };
  readonly fixed: Batch["groups"];
}

/** The numbers of a loss, total first; frees its scalars. */
export async function readLoss({ total, terms }: LossValue): Promise<Record<string, number>> {
  const scalars: [string, Scalar][] = [["total", total], ...Object.entries(terms)];
  const numbers = await Promise.all(scalars.map(async ([name, scalar]) => [name, (await scalar.data())[0]] as const));
  for (const scalar of new Set(scalars.map(([, each]) => each))) scalar.dispose();
  return Object.fromEntries(numbers);
}
