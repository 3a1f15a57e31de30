/** One step of training: its objective, its optimizer, and what is done to the parameters after it. */
import { canCompile, compile } from "../engine/compiled.ts";
import { clone, type Scalar, scalar, tensor } from "../engine/ops.ts";
import { combine, disposeTree, type FlatTree, mapTree, partition, type Tree } from "../engine/tree.ts";
import type { Experiment } from "../experiment.ts";
import { totalLoss } from "../losses/total.ts";
import { forwardModel, lastWeight, modelDraws, type ModelNetwork } from "../models/model.ts";
import { learning } from "../nn/pass.ts";
import { optimizerKind } from "../optimizers/mod.ts";
import { meanSlope, type Slope, type Sloped, slopeOf } from "../optimizers/slope.ts";
import { random } from "../random.ts";
import type { Batch, LossValue } from "../types.ts";
import { averaged, learnersOf, nonNegative, type Weights } from "./weights.ts";

/** What of a batch a step looks at, and the random numbers for it. */
export type Seen = Pick<Batch, "images" | "labels"> & { readonly draws: FlatTree };

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

/** The slope of the definition's objective on one batch. */
function batchSlope(
  experiment: Experiment,
  { params, frozen, buffers }: At,
  { seen: { images, labels, draws }, groups }: { readonly seen: Seen; readonly groups: Batch["groups"] },
): Slope<FlatTree> {
  return slopeOf((free) => {
    const learners = new Set(Object.values(free));
    const pass = learning({ learns: (weight) => learners.has(weight), draws });
    const network = { params: combine(params, free, frozen), buffers };
    const outputs = forwardModel(experiment.model, network, { images, pass });
    const value = totalLoss(experiment.loss, { ...outputs, labels, groups });
    return { value, buffers: mapTree(buffers, pass.moved) };
  });
}

/** The weights after a step, and the loss before it; the caller owns both. */
type Taken = Weights & { readonly value: LossValue };

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

/** Takes the steps of one training; disposed when it ends. */
export interface Stepper extends Disposable {
  /** As {@linkcode trainStep}, by the mean gradient of some batches. */
  take(at: Weights, given: { readonly batches: readonly Batch[] } & Numbers<number>): Taken;
}

/**
 * Steps of a definition, recorded and replayed where the backend can, once for each size of a batch: of a single
 * batch the whole step, of several the slope on one, since a recording of all would hold all in memory at once.
 */
export function stepper(experiment: Experiment, { records = canCompile() }: { records?: boolean } = {}): Stepper {
  const { step, slope, [Symbol.dispose]: dispose } = records ? recorded(experiment) : direct(experiment);
  return {
    take(at, { batches, ...numbers }) {
      const seen = batches.map(({ images, labels, groups }, i) => ({
        seen: { images, labels, draws: drawsOf(experiment, images.shape[0], [numbers.step, i]) },
        groups,
      }));
      try {
        if (seen.length === 1) return step(at, { ...seen[0], ...numbers });
        const slopeAt = (place: At): Slope<FlatTree> =>
          meanSlope(seen.map((each) => (free, buffers) => slope({ ...place, buffers }, free, each)), place.buffers);
        return trainStep(experiment, at, { slopeAt, ...numbers });
      } finally {
        for (const { seen: { draws } } of seen) disposeTree(draws);
      }
    },
    [Symbol.dispose]: dispose,
  };
}

interface Look {
  readonly seen: Seen;
  readonly groups: Batch["groups"];
}

interface Taking extends Disposable {
  readonly step: (at: Weights, given: Look & Numbers<number>) => Taken;
  readonly slope: (at: Omit<At, "buffers"> & { buffers: Tree }, free: FlatTree, look: Look) => Sloped<FlatTree>;
}

function direct(experiment: Experiment): Taking {
  return {
    step: (at, { rate, step, ...look }) =>
      trainStep(experiment, at, { slopeAt: (place) => batchSlope(experiment, place, look), rate, step }),
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

/** The numbers of a loss, total first; frees its scalars. */
export async function readLoss({ total, terms }: LossValue): Promise<Record<string, number>> {
  const scalars: [string, Scalar][] = [["total", total], ...Object.entries(terms)];
  const numbers = await Promise.all(scalars.map(async ([name, scalar]) => [name, (await scalar.data())[0]] as const));
  for (const scalar of new Set(scalars.map(([, each]) => each))) scalar.dispose();
  return Object.fromEntries(numbers);
}
