/** A run's kept checkpoint scored again, without training. */
import { asSeen } from "./data/gather_made.ts";
import type { LackingEvent } from "./data/lacking.ts";
import { makersIn } from "./data/pipeline_maker.ts";
import { openReaders, workersFor } from "./data/readers.ts";
import { together } from "./data/together.ts";
import { unreadableLedger } from "./data/unreadable.ts";
import { type Backend, type BackendName, useBackend } from "./engine/backend.ts";
import { disposeTree } from "./engine/tree.ts";
import { type Agreement, agreement, onlySets, otherRows, standingAlone } from "./evaluate/agreement.ts";
import { evaluateScores } from "./evaluate/evaluate.ts";
import { looker } from "./evaluate/looker.ts";
import { predict, scoreColumns } from "./evaluate/predict.ts";
import { telling } from "./evaluate/telling.ts";
import { experiment } from "./experiment.ts";
import { type Layout, readSamples } from "./layouts/mod.ts";
import { type ModelNetwork, modelTemplate, modelView } from "./models/model.ts";
import { lockRun } from "./runs/lock.ts";
import { appendScores, findFolder, readRecord } from "./runs/store.ts";
import { loadBest } from "./train/checkpoint.ts";
import type { Best, Metrics, RunRecord, Sample, ScoreColumns, Unreadable } from "./types.ts";

/** What is scored, and where. */
export interface EvaluateOptions {
  /** Test sets; null: those of the run's own definition, to see whether its scores come out again. */
  readonly test?: readonly Layout[] | null;
  /** Whether the run's record takes in the scores of test sets that it does not have. */
  readonly keep?: boolean;
  /** Folder of runs, in which a record's run is found. */
  readonly runs?: string;
  /** Folder that holds the data sets by name; null: none. */
  readonly data?: string | null;
  /** Folder of what parts made, the error maps that a network may look at among it. */
  readonly artifacts?: string;
  /**
   * Folder of pipelines, with which error maps and residuals that are missing are made first, as `run` does. Null: none,
   * and what is missing is an error.
   */
  readonly pipelines?: string | null;
  readonly backend?: BackendName | "auto";
  /** Threads that operations run on; on wasm results do not depend on them. */
  readonly threads?: number;
  /** Threads beside this one that read images; scores do not depend on them. 0: none; left out: one a core. */
  readonly workers?: number;
  /** Stops the scoring; nothing is written then. */
  readonly signal?: AbortSignal;
}

/** What a checkpoint makes of test sets. */
export interface Evaluation {
  /** As it was before; the scores that it takes in are below. */
  readonly record: RunRecord;
  readonly folder: string;
  readonly checkpoint: Best;
  readonly backend: string;
  readonly threads: number;
  /** Every row names its test set; an image that is part of several is there once for each. */
  readonly scores: ScoreColumns;
  /** Images that could not be read and have no score; of the run's own test sets those that its record lacks as well. */
  readonly unreadable: readonly Unreadable[];
  /** By test set, then "mean" over them. */
  readonly metrics: Readonly<Record<string, Metrics>>;
  /** What the user should know of the test sets and what stops nothing, as a class folder without images. */
  readonly notices: readonly string[];
  /** Of the sets that the record has; null when it has none of them. */
  readonly agreement: Agreement | null;
  /** Sets whose scores the record took in. */
  readonly kept: readonly string[];
}

/** What an evaluation says while it goes. */
export type EvaluateEvent =
  /** Before the start: error maps or residuals are made, where they are missing. */
  | Extract<LackingEvent, { kind: "making" }>
  | { readonly kind: "start"; readonly record: RunRecord; readonly backend: Backend; readonly total: number }
  | { readonly kind: "notice"; readonly text: string }
  | { readonly kind: "evaluate"; readonly done: number; readonly total: number }
  | { readonly kind: "done"; readonly evaluation: Evaluation };

/**
 * Scores a run's kept checkpoint again, on its own test sets or on others, whose scores the record of a finished run
 * takes in. Needs no pretrained weights, since a checkpoint holds all of its network.
 *
 * @param run its record, or its folder
 * @throws as {@linkcode evaluateEvents}
 */
export async function evaluate(run: RunRecord | string, options: EvaluateOptions = {}): Promise<Evaluation> {
  for await (const event of evaluateEvents(run, options)) if (event.kind === "done") return event.evaluation;
  throw new Error("Cannot evaluate: the scoring ended without a result");
}

/**
 * The same, told image by image: what progress bars read. Ends with "done".
 *
 * @throws {Deno.errors.NotFound} when the run, its checkpoint, data or error maps are missing
 * @throws {RangeError} before any scoring, when a test set that the record has holds other images now; after it, when
 * the record has a set that was not asked for as its own, with other scores
 * @throws {Error} when the run has no checkpoint yet, or another process writes it
 * @throws {DOMException} "AbortError" when `signal` stops it
 */
export async function* evaluateEvents(
  run: RunRecord | string,
  {
    test = null,
    keep = true,
    runs = "runs",
    data = null,
    artifacts = "artifacts",
    pipelines = null,
    backend = "auto",
    threads,
    workers,
    signal,
  }: EvaluateOptions = {},
): AsyncGenerator<EvaluateEvent, void> {
  const folder = typeof run === "string" ? run : await folderOf(run, runs);
  const record = await readRecord(folder);
  const checkpoint = checkpointOf(record);
  const definition = experiment(record.experiment); // what an older version did not have is filled in
  const { model, view, data: own } = definition;
  const unreadable: Unreadable[] = record.unreadable.filter(({ split }) => split === "test");
  const without = new Set(unreadable.map(({ id }) => id));
  const { samples: all, notices } = await readAll(test ?? own.test, data);
  const read = all.filter(({ id }) => !without.has(id));
  const lacking = { artifacts, open: pipelines === null ? null : makersIn(pipelines), signal };
  const tell = (text: string): void => void notices.push(text);
  const seen = yield* asSeen(definition, read, { tell, ...lacking });
  const { samples } = seen;
  const stored = standingAlone(record.scores);
  refuseOtherRows(record, { samples, stored, own: test === null, keep });

  const engine = await useBackend(backend, { threads });
  yield { kind: "start", record, backend: engine, total: samples.length };
  for (const text of notices) yield { kind: "notice", text };
  const network = await bestNetwork(folder, { best: checkpoint, template: modelTemplate(model) });
  let scores: ScoreColumns;
  try {
    const { name } = record.experiment;
    const counts = { train: 0, validation: 0, test: samples.length };
    const ledger = unreadableLedger(unreadable, { name, counts, maxSkipped: own.maxSkipped, leftOut: seen.unreadable });
    const files = samples.map(({ file }) => file);
    using readers = openReaders(workers ?? workersFor({ files, images: samples.length }));
    using eye = looker(model);
    const sight = { view, ...modelView(model) };
    const reading = { readers, ledger };
    scores = standingAlone(yield* telling("evaluate", predict(eye, network, { samples, sight, reading, signal })));
  } finally {
    disposeTree(network);
  }
  signal?.throwIfAborted();
  const metrics = evaluateScores(scores);
  const agrees = agreement(scores, { scores: stored, metrics: record.metrics });
  const keeps = test !== null && keep && record.status === "done";
  const kept = keeps ? await keepScores(folder, { scores, metrics }) : [];
  const { name, threads: used } = engine;
  const evaluation = { record, folder, checkpoint, backend: name, threads: used, scores, unreadable, notices, metrics };
  yield { kind: "done", evaluation: { ...evaluation, agreement: agrees, kept } };
}

async function folderOf({ id, experiment: { name } }: RunRecord, runs: string): Promise<string> {
  const folder = await findFolder(runs, id);
  if (folder !== null) return folder;
  throw new Deno.errors.NotFound(
    `Cannot evaluate "${name}": its run ${id.slice(0, 12)} is not in "${runs}". Name the folder of runs that it is in`,
  );
}

function checkpointOf({ experiment: { name }, best, status }: RunRecord): Best {
  if (best !== null) return best;
  throw new Error(
    `Cannot evaluate "${name}": its run is ${status} and has no checkpoint yet, expected the end of an epoch. ` +
      "Go on with it: deno task run FILE",
  );
}

/** The network of a checkpoint; consumes the template. */
async function bestNetwork(
  folder: string,
  { best, template }: { readonly best: Best; readonly template: ModelNetwork },
): Promise<ModelNetwork> {
  try {
    return await loadBest(folder, best, template);
  } finally {
    disposeTree(template);
  }
}

/** The samples of test sets, and what the layouts tell of them, each sentence once. */
async function readAll(
  layouts: readonly Layout[],
  data: string | null,
): Promise<{ samples: Sample[]; notices: string[] }> {
  const notices = new Set<string>();
  const roots = { data, split: "test", tell: (what: string) => void notices.add(what) } as const;
  const read = await together(layouts.map((layout) => Array.fromAsync(readSamples(layout, roots))));
  return { samples: read.flat(), notices: [...notices] };
}

/** Scores can be compared, and taken in, only where a set is made of the same images as the record's of its name. */
function refuseOtherRows(
  { experiment: { name } }: RunRecord,
  { samples, stored, own, keep }: {
    readonly samples: readonly Sample[];
    readonly stored: ScoreColumns;
    readonly own: boolean;
    readonly keep: boolean;
  },
): void {
  const asked = standingAlone(scoreColumns(samples, samples.map(() => 0)));
  const other = otherRows(asked, stored);
  if (other === null || (!own && !keep)) return;
  const { set, given, stored: had, example } = other;
  throw new RangeError(
    `Cannot evaluate "${name}" on "${set}": the test set holds ${given} images, its record's of that name ${had}, and ` +
      `"${example}" is in one of them only. ` +
      (own
        ? "Give the data that it was tested on with --data DIR"
        : "Leave that set out, or score it without keeping the scores (keep: false, or --dry)"),
  );
}

/** Adds the sets that the record does not have; the record is read again, since another may have added some. */
async function keepScores(
  folder: string,
  { scores, metrics }: Pick<Evaluation, "scores" | "metrics">,
): Promise<string[]> {
  using _lock = await lockRun(folder);
  const record = await readRecord(folder);
  const stored = standingAlone(record.scores);
  const known = agreement(scores, { scores: stored, metrics: record.metrics });
  if (known !== null && known.largest > 0) {
    throw new RangeError(
      `Cannot add to the record of "${record.experiment.name}": it has ${
        quoted(known.sets)
      } already, with scores that ` +
        `differ by up to ${
          known.largest.toPrecision(2)
        }. Leave those out, or score without keeping the scores (keep: false, or --dry)`,
    );
  }
  const names = [...new Set(scores.set as readonly string[])].filter((name) => !known?.sets.includes(name));
  if (names.length === 0) return [];
  const added = Object.fromEntries(names.map((name) => [name, metrics[name]]));
  await appendScores(folder, onlySets(scores, names), added);
  return names;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
