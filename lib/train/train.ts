import { ahead, inGroups } from "../data/ahead.ts";
import { type Drawing, planEpochs, type Sight, trainingBatch } from "../data/batches.ts";
import { refusedByHeap } from "../engine/heap_full.ts";
import type { Experiment } from "../experiment.ts";
import type { ModelNetwork } from "../models/model.ts";
import { rateOf } from "../optimizers/mod.ts";
import { rateAt } from "../schedules/mod.ts";
import type { EpochRow, Pair, RunEvent, StepRow } from "../types.ts";
import { saveBest, saveState, type TrainState, weightsOf } from "./checkpoint.ts";
import { readLoss, stepper } from "./step.ts";
import { judgedNetwork } from "./weights.ts";

/** What training needs beside the definition. */
export interface Training {
  readonly pairs: readonly Pair[];
  readonly sight: Sight;
  /** Folder of the run, where checkpoints go. */
  readonly folder: string;
  /** Judges an epoch's parameters on the validation split. */
  readonly validate: (network: ModelNetwork) => Promise<Pick<EpochRow, "validation" | "distances">>;
  readonly signal?: AbortSignal;
}

/** How many steps and batches a definition asks for on these pairs. */
export function planTraining(experiment: Experiment, pairs: readonly Pair[]): ReturnType<typeof planEpochs> {
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
 * @param state owned by the caller, who sees each step's successor in it
 * @throws {DOMException} "AbortError" after saving, when the signal asks for it
 * @throws {Error} when the loss is not finite, naming the step and the terms
 * @throws {RangeError} after saving, when the backend's heap is full, with the size of batch to try
 */
export async function* train(
  experiment: Experiment,
  state: TrainState,
  training: Training,
): AsyncGenerator<RunEvent, void> {
  try {
    yield* loop(experiment, state, training);
  } catch (error) {
    const refused = refusedByHeap(error);
    if (refused === null) throw error;
    // a step that fails leaves its parameters as they were
    await saveState(training.folder, state);
    const { rows } = planTraining(experiment, training.pairs);
    throw new RangeError(refuseBatch(experiment.batch, { rows, step: state.step, why: refused }), { cause: error });
  }
}

async function* loop(
  experiment: Experiment,
  state: TrainState,
  { pairs, sight, folder, validate, signal }: Training,
): AsyncGenerator<RunEvent, void> {
  const drawing = drawingOf(experiment);
  const { accumulate } = drawing;
  const { stepsPerEpoch, pairsOf } = planEpochs(pairs, drawing);
  const { history } = state;
  const rate = (step: number) =>
    rateAt(experiment.schedule, rateOf(experiment.optimizer), { epoch: step / stepsPerEpoch, history });
  using steps = stepper(experiment);

  for (let epoch = history.length + 1; epoch <= (experiment.epochs ?? Infinity); epoch++) {
    const first = (epoch - 1) * stepsPerEpoch;
    if (rate(first) === null) break;
    const seconds = { data: 0, step: 0, evaluate: 0 };
    let clock = stopwatch();
    const batches = ahead(
      { from: (state.step - first) * accumulate, to: stepsPerEpoch * accumulate },
      (i) => trainingBatch(pairsOf(epoch, i), { drawing, sight, at: [epoch, i] }),
    );
    for await (const each of inGroups(batches, accumulate)) {
      using stack = new DisposableStack();
      const group = each.map((batch) => stack.use(batch));
      const waited = clock();
      seconds.data += waited;
      const given = { batches: group, rate: rate(state.step)!, step: state.step + 1 };
      const { value, ...weights } = steps.take(weightsOf(state), given);
      Object.assign(state, weights, { step: state.step + 1 });
      const row: StepRow = { step: state.step, epoch, loss: await readLoss(value) };
      refuseInfinite(row, group[0].ids);
      state.steps.push(row);
      const spent = clock();
      seconds.step += spent;
      state.seconds += waited + spent;
      yield { kind: "step", row, seconds: spent };
      if (signal?.aborted) {
        await saveState(folder, state);
        signal.throwIfAborted();
      }
      clock = stopwatch(); // what the reader of events does is not ours
    }
    clock = stopwatch();
    const judged = await validate(judgedNetwork(state)).catch(async (error) => {
      await saveState(folder, state);
      throw error;
    });
    seconds.evaluate = clock();
    const row: EpochRow = {
      epoch,
      step: state.step,
      rate: rate(state.step - 1)!,
      loss: meanLoss(state.steps, epoch),
      ...judged,
      between: [],
      seconds,
      megabytes: null,
    };
    history.push(row);
    state.seconds += seconds.evaluate;
    if (isBest(experiment, history)) {
      state.best = { epoch, step: state.step, sha256: null, checkpoint: await saveBest(folder, judgedNetwork(state)) };
    }
    const file = await saveState(folder, state);
    yield { kind: "epoch", row, steps: plannedSteps(experiment, { stepsPerEpoch, history }) };
    yield { kind: "checkpoint", epoch, step: state.step, file };
  }
}

function drawingOf({ seed, batch, augment }: Experiment): Drawing {
  return { seed, size: batch.size, accumulate: batch.accumulate ?? 1, synced: batch.synced, augment };
}

function stopwatch(): () => number {
  let from = performance.now();
  return () => {
    const now = performance.now();
    const spent = (now - from) / 1000;
    from = now;
    return spent;
  };
}

function refuseInfinite({ step, loss }: StepRow, ids: readonly string[]): void {
  if (Object.values(loss).every(Number.isFinite)) return;
  const terms = Object.entries(loss).map(([name, value]) => `${name} ${value}`).join(", ");
  throw new Error(
    `Cannot go on training: the loss of step ${step} is not finite (${terms}), the batch began with ` +
      `"${ids.slice(0, 3).join('", "')}"; try a smaller learning rate, the last checkpoint is kept`,
  );
}

/** What a step takes grows with its batch, so half is the next to try. */
function refuseBatch(
  { size, accumulate }: Experiment["batch"],
  { rows, step, why }: { rows: number; step: number; why: string },
): string {
  const smaller = Math.floor(size / 2 / rows) * rows;
  const advice = smaller === 0
    ? "Take a smaller model or view, a batch cannot be smaller"
    : `Set "batch.size" to ${smaller}, and "batch.accumulate" to ${
      Math.ceil(size * (accumulate ?? 1) / smaller)
    } for steps of no fewer rows`;
  return `Cannot go on training after step ${step} with batches of ${size} rows: ${why}. ${advice}; ` +
    "the last step is kept as a checkpoint";
}

function meanLoss(steps: readonly StepRow[], epoch: number): Record<string, number> {
  const rows = steps.filter((row) => row.epoch === epoch);
  return Object.fromEntries(
    Object.keys(rows[0].loss).map((name) => [name, rows.reduce((sum, { loss }) => sum + loss[name], 0) / rows.length]),
  );
}

/** Whether the newest epoch is the one to keep: the first to reach the best validation value, or simply the last. */
function isBest({ select }: Experiment, history: readonly EpochRow[]): boolean {
  const { metric } = select;
  if (metric === "last") return true;
  const newest = history[history.length - 1].validation[metric];
  return history.slice(0, -1).every(({ validation }) => newest > validation[metric]);
}
