/** One step of training: its objective, its optimizer, and what is done to the parameters after it. */
import { canCompile, compile } from "../engine/compiled.ts";
import { clone, type Scalar, scalar, tensor, type Tensor4D } from "../engine/ops.ts";
import { inPrecision, refuseUnoffered } from "../engine/precision.ts";
import { combine, disposeTree, type FlatTree, mapTree, partition, type Tree } from "../engine/tree.ts";
import type { Experiment } from "../experiment.ts";
import { totalLoss } from "../losses/total.ts";
import { forwardModel, type Input, lastWeight, modelDraws, type ModelNetwork } from "../models/model.ts";
import { learning } from "../nn/pass.ts";
import { optimizerKind } from "../optimizers/mod.ts";
import { globalNorm } from "../optimizers/clip.ts";
import { meanSlope, type Slope, type Sloped, slopeOf } from "../optimizers/slope.ts";
import { random } from "../random.ts";
import type { Batch, LossValue } from "../types.ts";
import { averaged, learnersOf, nonNegative, type Weights } from "./weights.ts";

/** What of a batch a step looks at, and the random numbers for it. */
export type Seen = Input & Pick<Batch, "labels"> & {
  readonly draws: FlatTree;
  /** Where the model looks at them. */
  readonly errorMaps?: Tensor4D;
};

type Numbers<N> = { readonly rate: N; readonly step: N };

/** Random numbers for a batch of one step, by name; the caller owns them. */
export function drawsOf(experiment: Experiment, rows: number, at: readonly (string | number)[]): FlatTree {
  const learns = learnersOf(experiment);
  const wanted = Object.entries(modelDraws(experiment.model, rows)).filter(([name]) => learns(name));
  return Object.fromEntries(wanted.map(([name, shape]) => {
    const { uniform } = random(experiment.seed, "draw", name, ...at);
    // a loop: Float32Array.from() asks an object for every one of what may be millions of numbers
    const values = new Float32Array(shape.reduce((product, n) => product * n, 1));
    for (let i = 0; i < values.length; i++) values[i] = uniform();
    return [name, tensor(values, [...shape])];
  }));
}

/** Where a slope is taken: the parameters that learn come from the optimizer. */
type At = ModelNetwork & { readonly frozen: FlatTree };

/**
 * The slope of the definition's objective on one batch; the network computes in the definition's precision, losses are
 * float32.
 */
function batchSlope(
  experiment: Experiment,
  { params, frozen, buffers }: At,
  { seen: { labels, draws, ...input }, groups }: { readonly seen: Seen; readonly groups: Batch["groups"] },
): Slope<FlatTree> {
  return slopeOf((free) => {
    const learners = new Set(Object.values(free));
    const pass = learning({ learns: (weight) => learners.has(weight), draws });
    const network = { params: combine(params, free, frozen), buffers };
    const outputs = inPrecision(
      experiment.precision ?? "float32",
      () => forwardModel(experiment.model, network, { ...input, pass }),
    );
    const value = totalLoss(experiment.loss, { ...outputs, labels, groups });
    return { value, buffers: mapTree(buffers, pass.moved) };
  });
}

/** The weights after a step, and the loss before it; the caller owns both. */
type Taken = Weights & { readonly value: LossValue };

/** A step that was not taken, since its loss or gradient is not finite: the weights it was to start from stand as they were. */
export interface Refused {
  /** Total first, then the terms. */
  readonly refused: Readonly<Record<string, number>>;
}

/**
 * One step of training: the slope is handed to the optimizer, then the last layer is held ≥ 0 and the average moved,
 * where the definition says so.
 *
 * @param at consumed: its tensors are freed, those of the returned weights replace them
 * @param options `rate` of this step; `step` counted from 1
 */
function trainStep(
  experiment: Experiment,
  at: Weights,
  { slopeAt, rate, step }: Numbers<number | Scalar> & { readonly slopeAt: (at: At) => Slope<FlatTree> },
): Taken {
  const { optimizer, trainable, model, clip } = experiment;
  const [free, frozen] = partition(at.params, learnersOf(experiment));
  const slope = slopeAt({ params: at.params, buffers: at.buffers, frozen });
  const stepped = optimizerKind(optimizer).step(optimizer, slope, { params: free, state: at.state, rate, step, clip });
  const params = trainable?.headNonNegative ? nonNegative(stepped.params, lastWeight(model)) : stepped.params;
  const kept = mapTree(frozen, (leaf) => clone(leaf)); // a recorded step cannot hand back what it was given
  disposeTree([frozen, at.buffers]);
  return {
    params: combine(at.params, params, kept),
    buffers: stepped.buffers as ModelNetwork["buffers"],
    state: stepped.state,
    ema: averaged(at.ema, { params, buffers: stepped.buffers, share: trainable?.ema ?? null }),
    value: stepped.value,
  };
}

/** What a step is told beside its weights. */
export interface Given extends Numbers<number> {
  /** Whose mean gradient moves the parameters. */
  readonly batches: readonly Batch[];
  /** Place of the step in the run, counted from 1, which its random numbers hang on; steps left out count. */
  readonly place: number;
}

/** Takes the steps of one training; disposed when it ends. */
export interface Stepper extends Disposable {
  /**
   * As {@linkcode trainStep}, by the mean gradient of some batches. One whose loss is not finite is refused, and its
   * weights are not consumed; where the definition leaves such steps out, the gradient is looked at too. A step that is
   * recorded whole is taken whatever its loss is, since that is known only afterwards.
   */
  take(at: Weights, given: Given): Taken | Refused;
}

/**
 * Steps of a definition, recorded and replayed where the backend can, once for each size of a batch: of a single
 * batch the whole step, of several the slope on one, since a recording of all would hold all in memory at once. Where
 * steps may be left out the slope alone is recorded too, and the parameters move after a look at it.
 *
 * @throws {Error} where the backend in use does not offer the definition's precision
 */
export function stepper(experiment: Experiment, { records = canCompile() }: { records?: boolean } = {}): Stepper {
  refuseUnoffered(experiment.precision ?? "float32");
  const { step, slope, [Symbol.dispose]: dispose } = records ? recorded(experiment) : direct(experiment);
  return {
    take(at, { batches, place, ...numbers }) {
      const looks = batches.map((batch, i): Look => {
        const { labels, groups } = batch;
        return { seen: { ...inputOf(batch), labels, draws: drawsOf(experiment, labels.shape[0], [place, i]) }, groups };
      });
      try {
        if (step !== null && looks.length === 1 && experiment.onNaN === null) {
          return step(at, { ...looks[0], ...numbers });
        }
        const slopeAt = (there: At): Slope<FlatTree> => {
          const mean = meanSlope(
            looks.map((look) => (free: FlatTree, buffers: Tree) => slope({ ...there, buffers }, free, look)),
            there.buffers,
          );
          return finite(mean, { gradients: experiment.onNaN === "skip" });
        };
        return trainStep(experiment, at, { slopeAt, ...numbers });
      } catch (error) {
        if (error instanceof NotFinite) return { refused: error.loss };
        throw error;
      } finally {
        for (const { seen: { draws } } of looks) disposeTree(draws);
      }
    },
    [Symbol.dispose]: dispose,
  };
}

/** What a step sees of a batch; a recording takes tensors alone, and no null in their place. */
function inputOf(batch: Batch): Input & Pick<Seen, "errorMaps"> {
  if ("features" in batch) return { features: batch.features };
  const { images, errorMaps, tokens } = batch;
  return { images, ...(errorMaps === null ? {} : { errorMaps }), ...(tokens === null ? {} : { tokens }) };
}

interface Look {
  readonly seen: Seen;
  readonly groups: Batch["groups"];
}

interface Taking extends Disposable {
  /** Null where whole steps are not recorded. */
  readonly step: ((at: Weights, given: Look & Numbers<number>) => Taken) | null;
  readonly slope: (at: Omit<At, "buffers"> & { buffers: Tree }, free: FlatTree, look: Look) => Sloped<FlatTree>;
}

function direct(experiment: Experiment): Taking {
  return {
    step: null,
    slope: (at, free, look) => batchSlope(experiment, at as At, look)(free),
    [Symbol.dispose]() {},
  };
}

function recorded(experiment: Experiment): Taking {
  type Inputs = Seen & { readonly rate: Scalar; readonly step: Scalar };
  const step = compile((
    { state, inputs: { rate, step, ...seen }, fixed }: { state: Weights; inputs: Inputs; fixed: Batch["groups"] },
  ) =>
    trainStep(experiment, state, { slopeAt: (at) => batchSlope(experiment, at, { seen, groups: fixed }), rate, step })
  );
  type Place = Omit<At, "params"> & Seen & { readonly free: FlatTree };
  let params: ModelNetwork["params"];
  const slope = compile((
    { inputs: { free, frozen, buffers, ...seen }, fixed }: { state: FlatTree; inputs: Place; fixed: Batch["groups"] },
  ) => batchSlope(experiment, { params, frozen, buffers }, { seen, groups: fixed })(free));
  return {
    step(at, { seen, groups, ...numbers }) {
      const changing = { rate: scalar(numbers.rate), step: scalar(numbers.step) };
      try {
        return step.run({ state: at, inputs: { ...seen, ...changing }, fixed: groups });
      } finally {
        disposeTree(changing);
      }
    },
    slope(at, free, { seen, groups }) {
      params = at.params;
      const inputs = { ...seen, free, frozen: at.frozen, buffers: at.buffers as At["buffers"] };
      return slope.run({ state: {}, inputs, fixed: groups });
    },
    [Symbol.dispose]() {
      step[Symbol.dispose]();
      slope[Symbol.dispose]();
    },
  };
}

/** A loss or gradient that is not finite, seen before the parameters have moved. */
class NotFinite extends Error {
  constructor(readonly loss: Readonly<Record<string, number>>) {
    super("the loss or its gradient is not finite");
  }
}

/** The same slope, which throws `NotFinite`, and frees what it holds, where its loss is not finite, or its gradient. */
function finite(slope: Slope<FlatTree>, { gradients }: { readonly gradients: boolean }): Slope<FlatTree> {
  return (params) => {
    const sloped = slope(params);
    const { value: { total, terms }, gradient } = sloped;
    const loss = Object.fromEntries(
      Object.entries({ total, ...terms }).map(([name, scalar]) => [name, scalar.dataSync()[0]]),
    );
    if (Object.values(loss).every(Number.isFinite) && (!gradients || normOf(gradient) < Infinity)) return sloped;
    disposeTree(sloped);
    throw new NotFinite(loss);
  };
}

/** NaN compares as false with everything. */
function normOf(gradient: FlatTree): number {
  const norm = globalNorm(gradient);
  try {
    return norm.dataSync()[0];
  } finally {
    norm.dispose();
  }
}

/** The numbers of a loss, total first; frees its scalars. */
export async function readLoss({ total, terms }: LossValue): Promise<Record<string, number>> {
  const scalars: [string, Scalar][] = [["total", total], ...Object.entries(terms)];
  const numbers = await Promise.all(scalars.map(async ([name, scalar]) => [name, (await scalar.data())[0]] as const));
  for (const scalar of new Set(scalars.map(([, each]) => each))) scalar.dispose();
  return Object.fromEntries(numbers);
}
