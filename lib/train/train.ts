import { ahead, inGroups } from "../data/ahead.ts";
import { featureBatch, type FillFeatures, type Reading, trainingBatch } from "../data/batches.ts";
import type { ReadCaptions } from "../data/captions.ts";
import { type Drawing, type Epochs, planEpochs } from "../data/epochs.ts";
import { rowLength, type Sight } from "../data/pixels.ts";
import { refusedByHeap } from "../engine/heap_full.ts";
import type { Frozen } from "../evaluate/frozen.ts";
import type { Experiment } from "../experiment.ts";
import { type ModelNetwork, seesErrors } from "../models/model.ts";
import { rateOf } from "../optimizers/mod.ts";
import { rateAt } from "../schedules/mod.ts";
import type { Batch, EpochRow, Pair, RunEvent, ValidationRow } from "../types.ts";
import { saveBest } from "./checkpoint.ts";
import { type Keeper, type Keeping, keeping } from "./keeper.ts";
import { stopwatch } from "./phases.ts";
import { BrokenWeights, nonFinite, refuseBatch, refuseStep } from "./refusals.ts";
import { isBest, isDue, isStale } from "./select.ts";
import { meanLoss, newEpoch, type TrainState, weightsOf, withLoss } from "./state.ts";
import { readLoss, type Stepper, stepper } from "./step.ts";
import { judgedNetwork } from "./weights.ts";

/** More than these even out nothing: what is slow for so long is slow. */
const MOST_AHEAD = 4;

/** Memory for batches that wait for their step. */
const BYTES_AHEAD = 256 * 2 ** 20;

/** What training needs beside the definition. */
export interface Training extends Keeping {
  readonly sight: Sight;
  readonly reading?: Reading;
  /** Reads the captions of images; null or left out where the model reads none. */
  readonly captions?: ReadCaptions | null;
  /** Where features of a frozen backbone are kept; null or left out: the network looks at images. */
  readonly frozen?: Frozen | null;
  /** Judges the network on the validation split. */
  readonly validate: (network: ModelNetwork) => Promise<Omit<ValidationRow, "step">>;
  readonly signal?: AbortSignal;
}

/** How many steps and batches a definition asks for on these pairs. */
export function planTraining(experiment: Experiment, pairs: readonly Pair[]): Epochs {
  return planEpochs(pairs, drawingOf(experiment));
}

/** Steps of a whole run after some history: where the schedule ends it, those there will be if no epoch is better. */
export function plannedSteps(
  { epochs, schedule, optimizer }: Experiment,
  { stepsPerEpoch, history }: { readonly stepsPerEpoch: number; readonly history: readonly EpochRow[] },
): number {
  if (epochs !== null && schedule.kind !== "plateau") return epochs * stepsPerEpoch;
  const worse = [...history];
  const worst = { validation: { accuracy: 0, balancedAccuracy: 0, auc: 0 } } as unknown as EpochRow;
  while (worse.length < (epochs ?? Infinity)) {
    if (rateAt(schedule, rateOf(optimizer), { epoch: worse.length, history: worse }) === null) break;
    worse.push(worst);
  }
  return worse.length * stepsPerEpoch;
}

/**
 * The loop. Takes up `state` where it stands, also in the middle of an epoch, and moves it on in place;
 * every draw depends on the seed and the position alone, so a run that was stopped ends as if it never was.
 *
 * However it ends, by the signal, an error, or because nobody asks for the next event, the state is kept on the disk
 * if it is fit to go on from.
 *
 * @param state owned by the caller, who sees each step's successor in it
 * @throws {DOMException} "AbortError" when the signal asks for it
 * @throws {Error} when a loss is not finite and the definition does not leave such steps out, naming step, terms and batch
 * @throws {RangeError} when the backend's heap is full, with the size of batch to try
 */
export async function* train(
  experiment: Experiment,
  state: TrainState,
  training: Training,
): AsyncGenerator<RunEvent, void> {
  const keeper = keeping(experiment, state, training);
  let failure: unknown;
  try {
    yield* loop(experiment, state, { ...training, keeper });
  } catch (error) {
    failure = error;
    const refused = refusedByHeap(error);
    if (refused === null) throw error;
    const { rows } = training.plan;
    throw new RangeError(refuseBatch(experiment.batch, { rows, step: state.step, why: refused }), { cause: error });
  } finally {
    // an error that comes first is the one to tell
    if (!(failure instanceof BrokenWeights)) {
      await keeper.keep().catch((error) => {
        if (failure === undefined) throw error;
      });
    }
  }
}

async function* loop(
  experiment: Experiment,
  state: TrainState,
  training: Training & { readonly keeper: Keeper },
): AsyncGenerator<RunEvent, void> {
  const { plan: { stepsPerEpoch }, folder, validate, keeper } = training;
  const { history } = state;
  using steps = stepper(experiment);
  for (let epoch = history.length + 1; epoch <= (experiment.epochs ?? Infinity); epoch++) {
    // where it grew stale within this epoch, the epoch is still to be closed
    if (isStale(experiment.select, state) && state.running.between.length === 0) break;
    if (rateOfStep(experiment, state, stepsPerEpoch) === null) break;
    yield* stepsOf(experiment, state, { ...training, steps, epoch });

    const clock = stopwatch();
    const last = state.running.between.at(-1);
    const known = last?.step === state.step ? last : null; // where an epoch ends early, it has been judged
    const judged = known ?? { step: state.step, ...await validate(judgedNetwork(state)) };
    const { running: { between, seconds, megabytes }, seconds: spent } = clock.end("evaluate", state.running);
    state.seconds += spent;
    const rate = rateOfStep(experiment, { step: state.step - 1, history }, stepsPerEpoch)!;
    const row = { epoch, ...judged, rate, loss: meanLoss(state.running), between, seconds, megabytes };
    history.push(row);
    state.running = newEpoch();
    if (known === null && isBest(experiment.select, state)) {
      state.best = await saveBest(folder, judgedNetwork(state), row);
    }
    const ends = isStale(experiment.select, state);
    yield { kind: "epoch", row, steps: ends ? state.step : plannedSteps(experiment, { stepsPerEpoch, history }) };
    const file = await keeper.keep();
    if (file !== null) yield { kind: "checkpoint", epoch, step: state.step, file };
  }
}

/** The rest of an epoch's steps, with the validations within; ends before the last where none better is waited for. */
async function* stepsOf(
  experiment: Experiment,
  state: TrainState,
  { plan, sight, reading, captions, frozen = null, folder, validate, keeper, steps, epoch, signal }: Training & {
    readonly keeper: Keeper;
    readonly steps: Stepper;
    readonly epoch: number;
  },
): AsyncGenerator<RunEvent, void> {
  const drawing = drawingOf(experiment);
  const { accumulate } = drawing;
  const errorMaps = seesErrors(experiment.model);
  const { stepsPerEpoch, pairsOf } = plan;
  const first = (epoch - 1) * stepsPerEpoch;
  const clock = stopwatch();
  const spend = (phase: "data" | "step" | "evaluate"): number => {
    const { running, seconds } = clock.end(phase, state.running);
    state.running = running;
    state.seconds += seconds;
    return seconds;
  };
  const batches = ahead(
    { from: (state.step - first) * accumulate, to: stepsPerEpoch * accumulate, most: mostAhead(drawing, sight) },
    (i): Promise<Batch> => {
      const pairs = pairsOf(epoch, i);
      if (frozen === null) {
        return trainingBatch(pairs, { plan, drawing, sight, epoch, reading, errorMaps, captions });
      }
      const fill: FillFeatures = (rows, samples, at) =>
        frozen.fill(rows, samples, { network: () => networkOf(state), at });
      return featureBatch(pairs, { plan, reading, width: frozen.width, fill });
    },
  );
  for await (const each of inGroups(batches, accumulate)) {
    using stack = new DisposableStack();
    for (const batch of each) stack.use(batch);
    spend("data");
    if (isDue(experiment.select, state, first)) {
      const row: ValidationRow = { step: state.step, ...await validate(judgedNetwork(state)) };
      spend("evaluate");
      state.running = { ...state.running, between: [...state.running.between, row] };
      if (isBest(experiment.select, state)) {
        state.best = await saveBest(folder, judgedNetwork(state), { epoch, step: state.step });
      }
      yield { kind: "validation", epoch, row };
      clock.start();
    }
    if (isStale(experiment.select, state)) return;

    const place = state.step + 1;
    const rate = rateOfStep(experiment, state, stepsPerEpoch)!;
    const taken = steps.take(weightsOf(state), { batches: each, rate, step: place - state.skipped.length, place });
    if ("refused" in taken) {
      const row = nonFinite(taken.refused, { place, epoch, each });
      yield { kind: "nonfinite", row, skipped: experiment.onNaN === "skip" };
      if (experiment.onNaN === null) throw new Error(`${refuseStep(row)}; the state before it is kept`);
      state.skipped.push(row);
      state.step = place;
      spend("step");
    } else {
      const { value, ...weights } = taken;
      Object.assign(state, weights);
      const loss = await readLoss(value);
      if (!Object.values(loss).every(Number.isFinite)) {
        const row = nonFinite(loss, { place, epoch, each });
        yield { kind: "nonfinite", row, skipped: false };
        throw new BrokenWeights(`${refuseStep(row)}; the last checkpoint is kept`);
      }
      state.step = place;
      state.running = withLoss(state.running, loss);
      const seconds = spend("step");
      yield { kind: "step", row: { step: place, epoch, loss }, seconds };
    }
    signal?.throwIfAborted();
    if (keeper.isDue()) {
      const file = await keeper.keep();
      if (file !== null) yield { kind: "checkpoint", epoch, step: state.step, file };
    }
    clock.start(); // what the reader of events does is not ours
  }
}

/** The network of a state, without what is beside it. */
function networkOf({ params, buffers }: TrainState): ModelNetwork {
  return { params, buffers };
}

/** The rate of the step after so many; null: the schedule has ended. */
function rateOfStep(
  { schedule, optimizer }: Experiment,
  { step, history }: Pick<TrainState, "step" | "history">,
  stepsPerEpoch: number,
): number | null {
  return rateAt(schedule, rateOf(optimizer), { epoch: step / stepsPerEpoch, history });
}

/** Batches that are made ahead of their use: as many as fit into the memory for them, at least one. */
function mostAhead({ size }: Drawing, sight: Sight): number {
  return Math.max(1, Math.min(MOST_AHEAD, Math.floor(BYTES_AHEAD / (4 * size * rowLength(sight)))));
}

/** How the training batches of a definition are drawn. */
export function drawingOf({ seed, batch, augment }: Pick<Experiment, "seed" | "batch" | "augment">): Drawing {
  const { size, accumulate, synced, balanced, fakes } = batch;
  // where 0 are asked for none were gathered
  return { seed, size, accumulate: accumulate ?? 1, synced, balanced: balanced ?? false, fakes: fakes || 1, augment };
}
