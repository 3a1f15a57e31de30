/** Definition in, record out. */
import type { Sight } from "./data/batches.ts";
import { type Divided, gatherSamples } from "./data/pairs.ts";
import { together } from "./data/together.ts";
import { fingerprint } from "./definition/fingerprint.ts";
import { type BackendName, useBackend } from "./engine/backend.ts";
import { disposeTree } from "./engine/tree.ts";
import { evaluateScores } from "./evaluate/evaluate.ts";
import { looker } from "./evaluate/looker.ts";
import { predict } from "./evaluate/predict.ts";
import { probe } from "./evaluate/probe.ts";
import { validate } from "./evaluate/validate.ts";
import type { Experiment } from "./experiment.ts";
import { identitiesOf, type Layout } from "./layouts/mod.ts";
import { initModel, type ModelNetwork, modelView } from "./models/model.ts";
import { hashWeights, weightsFile } from "./models/weights.ts";
import { inNotebook } from "./notebook/kernel.ts";
import { showProgress } from "./notebook/progress.ts";
import { random } from "./random.ts";
import { environment } from "./runs/environment.ts";
import { lockRun } from "./runs/lock.ts";
import { peakMegabytes } from "./runs/memory.ts";
import { checkWritable, findFolder, findRecord, runFolder, writeRecord } from "./runs/store.ts";
import { loadBest, loadState, type TrainState, weightsOf } from "./train/checkpoint.ts";
import { plannedSteps, planTraining, train } from "./train/train.ts";
import { firstWeights } from "./train/weights.ts";
import type { Pair, RunEvent, RunRecord, Sample, ScoreColumns } from "./types.ts";

/** What a run needs that is not in its definition. */
export interface RunOptions {
  /** Folder of runs; made when it is not there. */
  readonly runs?: string;
  /** Folder that holds the data sets by name; null: none. */
  readonly data?: string | null;
  /** Folder of pretrained weights, which is looked in before the cache of the hub; null: none. */
  readonly weights?: string | null;
  /** Folder of reconstructions made earlier. */
  readonly artifacts?: string;
  readonly backend?: BackendName | "auto";
  /** Threads that operations run on; on wasm results do not depend on them. */
  readonly threads?: number;
  /** Stops the run after the step at hand; it keeps its place. */
  readonly signal?: AbortSignal;
  /** Runs anew what is finished or was stopped. */
  readonly fresh?: boolean;
  /** Runs in a process of its own, which outlives this one. */
  readonly detached?: boolean;
  /** Seconds of training after which a checkpoint is written. */
  readonly checkpointSeconds?: number;
}

/**
 * Runs an experiment, or finds its finished record; takes up a run that was stopped where it stood. In a notebook it
 * shows its progress under the cell, whose interrupt stops it.
 *
 * @throws as {@linkcode events}
 */
export async function run(experiment: Experiment, options: RunOptions = {}): Promise<RunRecord> {
  const told = inNotebook()
    ? showProgress((signal) => events(experiment, { ...options, signal }), { ...options, experiment })
    : events(experiment, options);
  for await (const event of told) {
    if (event.kind === "done") return event.record;
  }
  throw new Error(`Cannot run "${experiment.name}": it ended without a record`);
}

/**
 * The same, told step by step: what progress bars, logs and live plots read. Ends with "done".
 *
 * @throws {Deno.errors.NotFound} when data, reconstructions or weights are missing: all of them, before any training
 * @throws {Error} when the folder of runs cannot be written, or another process writes this run
 * @throws {DOMException} "AbortError" when `signal` stops it, after saving its place
 */
export async function* events(
  experiment: Experiment,
  { runs = "runs", data = null, weights = null, artifacts = "artifacts", backend = "auto", threads, signal }:
    RunOptions = {},
): AsyncGenerator<RunEvent, void> {
  const id = fingerprint(experiment);
  const known = await findRecord(runs, id);
  if (known?.status === "done") {
    await refuseOtherData(known, runs);
    return yield { kind: "done", record: known };
  }
  const { train: pairs, validation, test } = await gather(experiment, { data, weights, artifacts });
  await checkWritable(runs);
  const folder = await findFolder(runs, id) ?? runFolder(runs, { name: experiment.name, id });
  using _lock = await lockRun(folder);
  const started = new Date().toISOString();
  const engine = await useBackend(backend, { threads });
  const sight: Sight = { view: experiment.view, ...modelView(experiment.model) };
  const { stepsPerEpoch } = planTraining(experiment, pairs);
  yield {
    kind: "start",
    name: experiment.name,
    id,
    step: 0,
    steps: plannedSteps(experiment, { stepsPerEpoch, history: [] }),
    epochs: experiment.epochs,
  };

  const pretrained = experiment.model.backbone.weights;
  const hashes = {
    ...(pretrained === null ? {} : { [pretrained]: await hashWeights(pretrained, weights) }),
    ...await identitiesOf(dataOf(experiment)),
    ...hashSamples({ train: samplesOf(pairs), validation: samplesOf(validation), test }),
  };
  const state = await loadState(folder, {
    ...await firstState(experiment, weights),
    backend: engine.name,
    data: hashes,
  });
  let scores: ScoreColumns;
  try {
    using eye = looker(experiment.model);
    const judge = (network: ModelNetwork) => validate(eye, network, { pairs: validation, sight, signal });
    yield* train(experiment, state, { pairs, sight, folder, validate: judge, signal });
    const best = loadBest(folder, state);
    try {
      scores = yield* telling("evaluate", predict(eye, best, { samples: test, sight, signal }));
    } finally {
      disposeTree(best);
    }
  } finally {
    disposeTree(weightsOf(state));
  }
  const probed = yield* telling("probe", probe({ train: samplesOf(pairs), test, signal }));
  const record: RunRecord = {
    format: 3,
    id,
    fingerprint: id,
    data: null,
    experiment,
    environment: await environment({
      backend: engine.name,
      threads: engine.threads,
      hashes: state.data,
    }),
    status: "done",
    error: null,
    started,
    seconds: state.seconds,
    megabytes: peakMegabytes(),
    history: state.history,
    skipped: [],
    steps: state.steps,
    metrics: evaluateScores(scores),
    scores,
    probe: probed,
    best: state.best,
  };
  await writeRecord(folder, record);
  yield { kind: "done", record };
}

function dataOf({ data }: Experiment): Layout[] {
  return [...data.train, ...data.validation ?? [], ...data.test];
}

/** A finished run answers only for the data that it was made on. */
async function refuseOtherData({ experiment, environment, id }: RunRecord, runs: string): Promise<void> {
  for (const [kind, hash] of Object.entries(await identitiesOf(dataOf(experiment)))) {
    const made = environment.hashes[kind];
    if (made === hash) continue;
    throw new Error(
      `Cannot take the finished run of "${experiment.name}": it was made on ${kind} ${
        made?.slice(0, 12)
      }, now there is ` +
        `${hash.slice(0, 12)}. Delete or move "${await findFolder(runs, id)}", or name another folder of runs`,
    );
  }
}

/** Samples of the definition; says in one error what of data, reconstructions and weights is missing. */
async function gather(
  experiment: Experiment,
  { data, weights, artifacts }: { data: string | null; weights: string | null; artifacts: string },
): Promise<Divided> {
  const { backbone } = experiment.model;
  const [samples] = await together([
    gatherSamples(experiment, { data, artifacts }),
    backbone.weights === null ? Promise.resolve(null) : weightsFile(backbone.weights, weights),
  ]);
  return samples;
}

async function firstState(
  experiment: Experiment,
  weights: string | null,
): Promise<Omit<TrainState, "backend" | "data">> {
  const { model, seed } = experiment;
  const network = await initModel(model, (name) => random(seed, "init", name), { weights });
  return { ...firstWeights(experiment, network), step: 0, seconds: 0, steps: [], history: [], best: null };
}

/** Turns the progress of a reader into events. */
async function* telling<T>(
  kind: "evaluate" | "probe",
  reader: AsyncGenerator<{ readonly done: number; readonly total: number }, T>,
): AsyncGenerator<RunEvent, T> {
  for (;;) {
    const { done, value } = await reader.next();
    if (done) return value;
    yield { kind, ...value };
  }
}

function samplesOf(pairs: readonly Pair[]): Sample[] {
  return pairs.map(({ sample }) => sample);
}

/** What the run read, by split: a hash over ids, labels and sets, so that changed data is seen. */
function hashSamples(splits: Readonly<Record<string, readonly Sample[]>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(splits).map(([split, samples]) => [
      split,
      fingerprint(samples.map(({ id, label, set, source }) => ({ id, label, set, source }))),
    ]),
  );
}
