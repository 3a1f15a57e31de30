/** Definition in, record out. */
import { openCaptions } from "./data/captions.ts";
import { gathering, gatherSamples } from "./data/pairs.ts";
import { makersFor } from "./data/pipeline_maker.ts";
import { together } from "./data/together.ts";
import { fingerprint } from "./definition/fingerprint.ts";
import type { BackendName } from "./engine/backend.ts";
import type { Experiment } from "./experiment.ts";
import { weightsFile } from "./models/weights.ts";
import { inNotebook } from "./notebook/kernel.ts";
import { showProgress } from "./notebook/progress.ts";
import { attached } from "./runs/attach.ts";
import { holder, lockRun } from "./runs/lock.ts";
import { checkWritable, clearRun, findFolder } from "./runs/store.ts";
import { writing } from "./runs/writing.ts";
import { refuseChangedData } from "./train/changed_data.ts";
import { identified } from "./train/identified.ts";
import { recorded } from "./train/recorded.ts";
import { finishedIn, finishedOf, isBegun } from "./train/standing.ts";
import type { RunEvent, RunRecord } from "./types.ts";

/** What a run needs that is not in its definition. */
export interface RunOptions {
  /** Folder of runs; made when it is not there. */
  readonly runs?: string;
  /** Folder that holds the data sets by name; null: none. */
  readonly data?: string | null;
  /** Folder of pretrained weights, which is looked in before the cache of the hub; null: none. */
  readonly weights?: string | null;
  /** Folder of reconstructions made earlier, and of those that are made now. */
  readonly artifacts?: string;
  /**
   * Folder of pipelines, each under the name that definitions have for its model: what is missing of reconstructions is
   * made with them, before the run begins, in this process also where the run is detached. Null: none but "pocket",
   * which is shipped, and what is missing of others is an error.
   */
  readonly pipelines?: string | null;
  /** What operations run on; default "auto": tensorflow where it is built, else wasm. */
  readonly backend?: BackendName | "auto";
  /** Threads that operations run on; on wasm results do not depend on them. */
  readonly threads?: number;
  /** Threads beside this one that read and augment images; results do not depend on them. 0: none; left out: one a core. */
  readonly workers?: number;
  /** Cores that are this run's, where others share the machine: no more workers read unasked. Left out: all. */
  readonly cores?: number;
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
  const pretrained = experiment.model.backbone.weights;
  const needed = [
    gatherSamples(experiment, { data, artifacts }),
    together([
      pretrained === null ? Promise.resolve(null) : weightsFile(pretrained, weights),
      openCaptions(experiment.model, weights),
    ]),
  ] as const;
  const [gathered, weighed] = await Promise.allSettled(needed);
  const missing = gathered.status === "rejected" && gathered.reason instanceof Deno.errors.NotFound;
  const elsewhere = fresh || !missing ? null : await finishedOf(runs, fingerprint(experiment));
  if (elsewhere !== null) {
    const { folder, record } = elsewhere;
    yield { kind: "notice", text: `The data is not here, so the finished run in "${folder}" is taken as it is` };
    return yield { kind: "done", record };
  }
  const { pipelines = null, signal } = options;
  const open = makersFor(experiment, pipelines);
  // To make what is missing may take hours, and is not begun without the weights. It is made in this process also for a
  // detached run: that is found by its folder, whose name hashes the samples, among them what could be made of which;
  // before all is made there is no folder to find it by
  const makes = missing && open !== null && weighed.status === "fulfilled";
  if (gathered.status === "rejected" && !makes) return void await together(needed); // throws, naming the weights as well
  const samples = gathered.status === "fulfilled"
    ? gathered.value
    : yield* gathering(experiment, { data, artifacts, open, signal });
  const run = await identified(experiment, samples, { runs, data });
  const { name } = experiment;
  const { folder, definition, rows } = run;
  const finished = fresh ? null : await finishedIn(folder);
  if (finished !== null) return yield { kind: "done", record: finished };
  await needed[1];
  if (!fresh && !await isBegun(folder)) await refuseChangedData(runs, { name, definition, rows });

  await checkWritable(runs);
  if (options.detached) {
    const { detached: _, signal, ...where } = options;
    return yield* attached(folder, { name, job: { experiment, options: where }, fresh, signal });
  }
  using lock = await writing(folder, lockRun(folder));
  const meanwhile = fresh ? null : await finishedIn(folder); // by whoever had the lock
  if (meanwhile !== null) return yield { kind: "done", record: meanwhile };
  if (fresh) await writing(folder, clearRun(folder));
  yield* recorded(run, { ...options, weights, artifacts, sure: () => lock.sure() });
}

/** A run in a process of its own. */
export interface DetachedRun {
  /** As its record has it. */
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
