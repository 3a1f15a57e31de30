/** Definition in, record out. */
import { type DataIdentity, identifyData } from "./data/identity.ts";
import { type Divided, gatherSamples } from "./data/pairs.ts";
import { together } from "./data/together.ts";
import { fingerprint } from "./definition/fingerprint.ts";
import { type BackendName, useBackend } from "./engine/backend.ts";
import { disposeTree } from "./engine/tree.ts";
import { evaluateScores } from "./evaluate/evaluate.ts";
import type { Experiment } from "./experiment.ts";
import { initModel } from "./models/model.ts";
import { hashWeights, weightsFile } from "./models/weights.ts";
import { inNotebook } from "./notebook/kernel.ts";
import { showProgress } from "./notebook/progress.ts";
import { random } from "./random.ts";
import { MAKE_ROOM } from "./runs/atomic.ts";
import { attached } from "./runs/attach.ts";
import { removeDataList, writeDataList } from "./runs/data_list.ts";
import { environment } from "./runs/environment.ts";
import { type EventLog, openEventLog, readSteps } from "./runs/event_log.ts";
import { findRuns } from "./runs/index.ts";
import { holder, lockRun } from "./runs/lock.ts";
import { peakMegabytes } from "./runs/memory.ts";
import type { RunHeader } from "./runs/record.ts";
import {
  checkWritable,
  clearRun,
  findFolder,
  readHeader,
  readRecord,
  runFolder,
  writeHeader,
  writeRecord,
} from "./runs/store.ts";
import { refuseChangedData } from "./train/changed_data.ts";
import { type Circumstances, hasStates, loadState } from "./train/checkpoint.ts";
import { trainedAndScored } from "./train/course.ts";
import { firstState, type TrainState, weightsOf } from "./train/state.ts";
import { firstWeights } from "./train/weights.ts";
import type { RunEvent, RunRecord } from "./types.ts";

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
  /** Threads beside this one that read and augment images; results do not depend on them. 0: none; left out: one a core. */
  readonly workers?: number;
  /** Least seconds between two checkpoints within an epoch, at whose end there is one anyway; 0: after every step. */
  readonly checkpointSeconds?: number;
  /** Begins anew, whatever there is of the run: its record, its checkpoints and its scores are removed. */
  readonly fresh?: boolean;
  /** Stops the run after the step at hand; it keeps its place. */
  readonly signal?: AbortSignal;
  /**
   * Runs in a process of its own, which outlives this one, and follows it; one that has the run already is found again,
   * however it was started. What stops reading, `signal` too, leaves it running.
   */
  readonly detached?: boolean;
}

/**
 * Runs an experiment, or finds its finished record; takes up a run that was stopped or killed where its last checkpoint
 * stands. In a notebook it shows its progress under the cell, whose interrupt stops it, or leaves it where it is detached.
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
 * The same, told step by step: what progress bars, logs and live plots read. Ends with "done". Whoever stops reading
 * stops the run, which keeps its place; a detached one goes on.
 *
 * @throws {Deno.errors.NotFound} when data, reconstructions or weights are missing: all of them, before any training
 * @throws {Error} when the folder of runs cannot be written, another process writes this run, its data has changed since
 * it began, a loss is not finite, or more images cannot be read than the definition allows; when the process of a
 * detached run ends without a record
 * @throws {DOMException} "AbortError" when `signal` stops it, after saving its place, or leaves a detached run
 */
export async function* events(experiment: Experiment, options: RunOptions = {}): AsyncGenerator<RunEvent, void> {
  const { runs = "runs", data = null, weights = null, artifacts = "artifacts", fresh = false } = options;
  const definition = fingerprint(experiment);
  const pretrained = experiment.model.backbone.weights;
  const needed = [
    gatherSamples(experiment, { data, artifacts }),
    pretrained === null ? Promise.resolve(null) : weightsFile(pretrained, weights),
  ] as const;
  const [gathered] = await Promise.allSettled(needed);
  if (gathered.status === "rejected") {
    const elsewhere = fresh || !isMissing(gathered.reason) ? null : await finishedRun(runs, definition);
    if (elsewhere === null) return void await together(needed); // throws, naming the weights as well
    yield {
      kind: "notice",
      text: `The data is not here, so the finished run in "${elsewhere.folder}" is taken as it is`,
    };
    return yield { kind: "done", record: elsewhere.record };
  }
  const samples = gathered.value;
  const identity = await identifyData(experiment, samples, data);
  const hashed = await knownWay(runs, { definition, identity });
  const run: Identified = { experiment, definition, data: fingerprint(hashed), samples };
  const id = runId(run);
  const folder = await findFolder(runs, id) ?? runFolder(runs, { name: experiment.name, id });
  const finished = async (): Promise<boolean> => !fresh && (await recordIn(folder)).header?.status === "done";
  if (await finished()) return yield { kind: "done", record: await readRecord(folder) };
  await together(needed);
  const begun = async (): Promise<boolean> => (await recordIn(folder)).header !== null || await hasStates(folder);
  if (!fresh && !await begun()) {
    await refuseChangedData(runs, { name: experiment.name, definition, rows: identity.rows });
  }

  await checkWritable(runs);
  if (options.detached) {
    const { detached: _, signal, ...where } = options;
    return yield* attached(folder, { name: experiment.name, job: { experiment, options: where }, fresh, signal });
  }
  using _lock = await writing(folder, lockRun(folder));
  if (await finished()) return yield { kind: "done", record: await readRecord(folder) }; // by whoever had the lock
  if (fresh) await writing(folder, clearRun(folder));
  const hashes = {
    ...(pretrained === null ? {} : { [pretrained]: await hashWeights(pretrained, weights) }),
    ...hashed,
  };
  const { problem } = await recordIn(folder);
  const notices = problem === null ? [] : [`${problem}. It is written anew, from the last checkpoint on`];
  await writing(folder, writeDataList(folder, identity.rows));
  yield* going(run, { ...options, runs, weights, folder, hashes, notices: [...samples.notices, ...notices] });
}

/** The way to identify the data by which there is a run, of a definition, or the one that sees most. */
async function knownWay(
  runs: string,
  { definition, identity: { ways } }: { readonly definition: string; readonly identity: DataIdentity },
): Promise<Readonly<Record<string, string>>> {
  for (const way of ways) {
    if (await findFolder(runs, runId({ definition, data: fingerprint(way) })) !== null) return way;
  }
  return ways[0];
}

/** A run in a process of its own. */
export interface DetachedRun {
  readonly id: string;
  /** Of the run. */
  readonly folder: string;
  /** Null: it is finished; 0: the system does not tell. */
  readonly pid: number | null;
}

/**
 * Starts a run in a process of its own, or finds the process that has it, and comes back when training is about to begin.
 * `run` and `events` with `detached: true` follow it from then on.
 *
 * @throws as {@linkcode events}
 */
export async function startDetached(experiment: Experiment, options: RunOptions = {}): Promise<DetachedRun> {
  for await (const event of events(experiment, { ...options, detached: true })) {
    if (event.kind !== "start" && event.kind !== "done") continue;
    const id = event.kind === "start" ? event.id : event.record.id;
    const folder = (await findFolder(options.runs ?? "runs", id))!;
    return { id, folder, pid: (await holder(folder))?.pid ?? null };
  }
  throw new Error(`Cannot run "${experiment.name}": it ended before it began`);
}

/** A definition and the data that it is run on. */
interface Identified {
  readonly experiment: Experiment;
  /** Fingerprint of the experiment. */
  readonly definition: string;
  /** Identity of the data. */
  readonly data: string;
  readonly samples: Divided;
}

/** A run's id: the same for the same definition on the same data, under whatever name. */
function runId({ definition, data }: Pick<Identified, "definition" | "data">): string {
  return fingerprint({ definition, data });
}

/** What a run writes to. */
interface Place extends RunOptions {
  readonly weights: string | null;
  readonly runs: string;
  /** Of the run, whose lock is held. */
  readonly folder: string;
  /** Of data and weights. */
  readonly hashes: Readonly<Record<string, string>>;
  /** What the user should know before it goes. */
  readonly notices: readonly string[];
}

/** Runs from the first step or the last checkpoint to the record, and leaves a record of whatever else it comes to. */
async function* going(run: Identified, place: Place): AsyncGenerator<RunEvent, void> {
  const { experiment, definition, data } = run;
  const { folder, hashes, backend = "auto", threads } = place;
  const id = runId(run);
  const engine = await useBackend(backend, { threads });
  const made = await environment({ backend: engine.name, threads: engine.threads, hashes });
  const circumstances: Circumstances = { backend: engine.name, data };
  const found = await loadState(folder, await beginning(experiment, place.weights), circumstances);
  const { state } = found;
  const before = found.position === null ? null : (await recordIn(folder)).header;
  const started = before?.started ?? new Date().toISOString();
  const headerOf = (status: RunRecord["status"], error: string | null): RunHeader => ({
    ...{ format: 3, id, fingerprint: definition, data, experiment, environment: made, status, error, started },
    ...{ seconds: state.seconds, megabytes: peakMegabytes(), history: state.history, skipped: state.skipped },
    unreadable: state.unreadable,
    ...{ metrics: {}, best: state.best },
  });
  let outcome: [status: RunRecord["status"], error: string | null] = ["stopped", null];
  try {
    await using log = await writing(folder, openEventLog(folder, { at: found.events }));
    const keepHeader = () => writing(folder, writeHeader(folder, headerOf("running", null)));
    await keepHeader();
    const { artifacts = "artifacts", checkpointSeconds = 300 } = place;
    const course = trainedAndScored(experiment, run.samples, {
      ...place,
      ...{ artifacts, checkpointSeconds, id, found, circumstances, log },
    });
    const scored = yield* logged(course, { log, keepHeader });
    const record: RunRecord = {
      ...headerOf("done", null),
      steps: await readSteps(folder),
      metrics: evaluateScores(scored.scores),
      ...scored,
    };
    await writing(folder, writeRecord(folder, record));
    outcome = ["done", null];
    await removeDataList(folder);
    await log.append({ kind: "done", record });
    yield { kind: "done", record };
  } catch (error) {
    if (!isAbort(error)) outcome = ["failed", (error as Error).message];
    throw error;
  } finally {
    disposeTree(weightsOf(state));
    // on a disk that is full this fails as well, and what came first is the thing to tell
    if (outcome[0] !== "done") await writeHeader(folder, headerOf(...outcome)).catch(() => {});
  }
}

/** Passes events on once they are kept, and keeps the record's header up to date. */
async function* logged<T>(
  events: AsyncGenerator<RunEvent, T>,
  { log, keepHeader }: { readonly log: EventLog; readonly keepHeader: () => Promise<void> },
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

/** The state before the first step. */
async function beginning(experiment: Experiment, weights: string | null): Promise<TrainState> {
  const { model, seed } = experiment;
  return firstState(
    firstWeights(experiment, await initModel(model, (name) => random(seed, "init", name), { weights })),
  );
}

/**
 * The header of the record in a run's folder, null when there is none; where it cannot be read and there are states to go
 * on from, what is wrong with it.
 */
async function recordIn(folder: string): Promise<{ header: RunHeader | null; problem: string | null }> {
  try {
    return { header: await readHeader(folder), problem: null };
  } catch (error) {
    if (isMissing(error)) return { header: null, problem: null };
    const broken = error instanceof SyntaxError || error instanceof TypeError;
    if (broken && await hasStates(folder)) return { header: null, problem: error.message };
    throw error;
  }
}

/** A finished run of a definition, on whatever data; null when there is none. */
async function finishedRun(runs: string, definition: string): Promise<{ folder: string; record: RunRecord } | null> {
  for (const { folder, status } of await findRuns(runs, { fingerprint: definition })) {
    if (status === "done") return { folder, record: await readRecord(folder) };
  }
  return null;
}

/** Something that writes to a run's folder; where the system refuses, the error says what to do. */
async function writing<T>(folder: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, message } = error as Error & { readonly code?: string };
    if (code === undefined) throw error; // it is not the system's, and tells more
    throw new Error(`Cannot write to "${folder}": ${message}. ${MAKE_ROOM}`, { cause: error });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
