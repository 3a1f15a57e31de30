/** A run that keeps what becomes of it. */
import { openCaptions } from "../data/captions.ts";
import { type BackendName, useBackend } from "../engine/backend.ts";
import { refuseUnoffered } from "../engine/precision.ts";
import { disposeTree } from "../engine/tree.ts";
import { evaluateScores } from "../evaluate/evaluate.ts";
import { frozenOn } from "../evaluate/freeze.ts";
import type { Experiment } from "../experiment.ts";
import { initModel } from "../models/model.ts";
import { hashWeights } from "../models/weights.ts";
import { random } from "../random.ts";
import { pipelineHashes } from "../reconstruct/made.ts";
import { removeDataList, writeDataList } from "../runs/data_list.ts";
import { environment } from "../runs/environment.ts";
import { type EventLog, openEventLog, readSteps } from "../runs/event_log.ts";
import { peakMegabytes } from "../runs/memory.ts";
import type { RunHeader } from "../runs/record.ts";
import { writeHeader, writeRecord } from "../runs/store.ts";
import { writing } from "../runs/writing.ts";
import type { Environment, RunEvent, RunRecord } from "../types.ts";
import { type Circumstances, type Found, loadState } from "./checkpoint.ts";
import { trainedAndScored } from "./course.ts";
import type { Identified } from "./identified.ts";
import { headerIn } from "./standing.ts";
import { firstState, type TrainState, weightsOf } from "./state.ts";
import { firstWeights } from "./weights.ts";

/** What a run goes with that is not in its definition. */
export interface Means {
  /** Folder of pretrained weights; null: none. */
  readonly weights: string | null;
  /** Folder of what parts made. */
  readonly artifacts: string;
  readonly backend?: BackendName | "auto";
  /** Threads that operations run on. */
  readonly threads?: number;
  /** Threads that read and augment images; left out: one a core where that is worth it. */
  readonly workers?: number;
  /** Of the machine, that are this run's; left out: all. */
  readonly cores?: number;
  /** Least seconds between two checkpoints within an epoch. */
  readonly checkpointSeconds?: number;
  readonly signal?: AbortSignal;
  /** Resolves while the run's folder is still this process's; what is thrown ends the run, and nothing more is written. */
  readonly sure: () => Promise<void>;
}

/**
 * Runs from the first step or the last checkpoint to the record, and leaves a record of whatever else it comes to. The
 * lock of the run's folder is to be held.
 */
export async function* recorded(run: Identified, means: Means): AsyncGenerator<RunEvent, void> {
  const { experiment, folder } = run;
  const { weights, backend = "auto", threads, checkpointSeconds = 300 } = means;
  const captions = await openCaptions(experiment.model, weights);
  const hashes = {
    ...await weightHashes(experiment, weights),
    ...await pipelineHashes([experiment.reconstruct, experiment.model.refine?.map ?? null], means.artifacts),
    ...run.hashes,
  };
  const { problem } = await headerIn(folder);
  const anew = problem === null ? [] : [`${problem}. It is written anew, from the last checkpoint on`];
  const notices = [...run.samples.notices, ...anew];
  await writing(folder, writeDataList(folder, run.rows));
  const engine = await useBackend(backend, { threads });
  refuseUnoffered(experiment.precision ?? "float32");
  const made = await environment({ backend: engine.name, threads: engine.threads, hashes });
  const circumstances: Circumstances = { backend: engine.name, data: run.data };
  const found = await loadState(folder, await beginning(experiment, weights), circumstances);
  const headerOf = await headers(run, { found, made });
  let outcome: Outcome = ["stopped", null];
  try {
    await using opened = await writing(folder, openEventLog(folder, { at: found.events }));
    const log = guarded(opened, means.sure);
    const keepHeader = () => writing(folder, writeHeader(folder, headerOf("running", null)));
    await keepHeader();
    const course = trainedAndScored(experiment, run.samples, {
      ...means,
      ...{ checkpointSeconds, id: run.id, hashes, found, circumstances, notices, folder, log, captions },
    });
    const scored = yield* logged(course, { log, keepHeader });
    const frozen = frozenOn(experiment, scored.validation);
    const record: RunRecord = {
      ...headerOf("done", null),
      steps: await readSteps(folder),
      metrics: evaluateScores(scored.scores, { frozen }),
      ...{ ...scored, frozen },
    };
    await means.sure();
    await writing(folder, writeRecord(folder, record));
    outcome = ["done", null];
    await removeDataList(folder);
    await log.append({ kind: "done", record });
    yield { kind: "done", record };
  } catch (error) {
    if (!isAbort(error)) outcome = ["failed", (error as Error).message];
    throw error;
  } finally {
    disposeTree(weightsOf(found.state));
    // on a disk that is full this fails as well, and what came first is the thing to tell
    if (outcome[0] !== "done") {
      await means.sure().then(() => writeHeader(folder, headerOf(...outcome))).catch(() => {});
    }
  }
}

/** The events of a run, written as long as its folder is this process's: before a checkpoint they are synced, too. */
function guarded(log: EventLog, sure: () => Promise<void>): Pick<EventLog, "append" | "sync"> {
  return {
    append: (event) => sure().then(() => log.append(event)),
    sync: () => sure().then(() => log.sync()),
  };
}

type Outcome = readonly [status: RunRecord["status"], error: string | null];

/** The header of the run's record at any moment, as its state then is. */
async function headers(
  { experiment, id, definition, data, folder }: Identified,
  { found: { state, position }, made }: { readonly found: Found; readonly made: Environment },
): Promise<(...outcome: Outcome) => RunHeader> {
  const before = position === null ? null : (await headerIn(folder)).header;
  const started = before?.started ?? new Date().toISOString();
  return (status, error) => ({
    ...{ format: 3, id, fingerprint: definition, data, experiment, environment: made, status, error, started },
    ...{ seconds: state.seconds, megabytes: peakMegabytes(), history: state.history, skipped: state.skipped },
    ...{ unreadable: state.unreadable, metrics: {}, frozen: null, best: state.best },
  });
}

/** Passes events on once they are kept, and keeps the record's header up to date. */
async function* logged<T>(
  events: AsyncGenerator<RunEvent, T>,
  { log, keepHeader }: { readonly log: Pick<EventLog, "append">; readonly keepHeader: () => Promise<void> },
): AsyncGenerator<RunEvent, T> {
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (done) return value;
      await log.append(value);
      if (value.kind === "epoch") await keepHeader();
      yield value;
    }
  } finally {
    await events.return(undefined as T); // where nobody reads on, training keeps its place
  }
}

/** Of the file of pretrained weights, by its name; none where the seed draws them. */
async function weightHashes({ model }: Experiment, weights: string | null): Promise<Record<string, string>> {
  const pretrained = model.backbone.weights;
  return pretrained === null ? {} : { [pretrained]: await hashWeights(pretrained, weights) };
}

/** The state before the first step. */
async function beginning(experiment: Experiment, weights: string | null): Promise<TrainState> {
  const { model, seed } = experiment;
  return firstState(
    firstWeights(experiment, await initModel(model, (name) => random(seed, "init", name), { weights })),
  );
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
