/** A run's kept checkpoint scored again, without training: as images are, and as what befell them left them. */
import type { Corruption } from "./augment/corruption.ts";
import { checkCaptions, openCaptions } from "./data/captions.ts";
import { asSeen } from "./data/gather_made.ts";
import type { LackingEvent } from "./data/lacking.ts";
import { makersFor } from "./data/pipeline_maker.ts";
import { openReaders, workersFor } from "./data/readers.ts";
import type { Tiling } from "./data/tiles.ts";
import { together } from "./data/together.ts";
import { unreadableLedger } from "./data/unreadable.ts";
import { type Backend, type BackendName, useBackend } from "./engine/backend.ts";
import { disposeTree } from "./engine/tree.ts";
import { type Agreement, agreement, standingAlone } from "./evaluate/agreement.ts";
import { type CaptionsTold, captionsTold } from "./evaluate/captions.ts";
import { EMPTY_CAPTIONS } from "./report/captions.ts";
import { evaluateScores } from "./evaluate/evaluate.ts";
import { keepScores, keepUnderName, refuseOtherRows } from "./evaluate/keep.ts";
import { looker } from "./evaluate/looker.ts";
import { type Pass, passesOf, scorePass } from "./evaluate/passes.ts";
import { telling } from "./evaluate/telling.ts";
import { experiment } from "./experiment.ts";
import { type Layout, readSamples } from "./layouts/mod.ts";
import { modelView } from "./models/model.ts";
import { findKept, keptNetwork } from "./train/kept.ts";
import type { Best, Metrics, RunRecord, Sample, ScoreColumns, Unreadable } from "./types.ts";

/** What is scored, and where. */
export interface EvaluateOptions {
  /** Test sets; null: those of the run's own definition, to see whether its scores come out again. */
  readonly test?: readonly Layout[] | null;
  /**
   * What is done to the images, each by itself: the test sets are scored once for each, and the record takes those scores
   * in under its name. Of its own test sets the record has the scores of images as they are.
   */
  readonly corruptions?: readonly Corruption[];
  /** Scores the test sets once more, as large images are: in squares of the view's size whose scores are pooled. */
  readonly tiles?: Tiling | null;
  /** Whether the run's record takes in the scores of test sets that it does not have. */
  readonly keep?: boolean;
  /** Folder of runs, in which a record's run is found. */
  readonly runs?: string;
  /** Folder that holds the data sets by name; null: none. */
  readonly data?: string | null;
  /** Folder of weights, in which the vocabulary of captions is looked for before the cache of the hub; null: none. */
  readonly weights?: string | null;
  /** Folder of what parts made, the error maps that a network may look at among it. */
  readonly artifacts?: string;
  /**
   * Folder of pipelines, with which error maps and residuals that are missing are made first, as `run` does. Null: none,
   * and what is missing is an error.
   */
  readonly pipelines?: string | null;
  /** What operations run on; default "auto": tensorflow where it is built, else wasm. */
  readonly backend?: BackendName | "auto";
  /** Threads that operations run on; on wasm results do not depend on them. */
  readonly threads?: number;
  /** Threads beside this one that read images; scores do not depend on them. 0: none; left out: one a core. */
  readonly workers?: number;
  /** Stops the scoring; what was scored is kept for the next time, unless `keep` is false. */
  readonly signal?: AbortSignal;
}

/** What a checkpoint makes of test sets. */
export interface Evaluation {
  /** As it was before; the scores that it takes in are below. */
  readonly record: RunRecord;
  /** Folder of the run. */
  readonly folder: string;
  /** What was scored. */
  readonly checkpoint: Best;
  /** What it was scored on. */
  readonly backend: string;
  /** Threads that operations ran on. */
  readonly threads: number;
  /** Of images as they are. Every row names its test set; an image that is part of several is there once for each. */
  readonly scores: ScoreColumns;
  /** The same of images to which something was done, in the order in which it was asked for. */
  readonly altered: readonly Altered[];
  /**
   * What captions give away, where the network reads the empty text of images without one: metrics with these and with
   * empty ones. Null elsewhere.
   */
  readonly captions: CaptionsTold | null;
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

/** What a checkpoint makes of test sets to whose images something was done. */
export interface Altered {
  /** What, as "jpeg-50" or "tiles-mean-224": as the record names it. */
  readonly name: string;
  /** A row for each image of each test set. */
  readonly scores: ScoreColumns;
  /** By test set, then "mean" over them. */
  readonly metrics: Readonly<Record<string, Metrics>>;
  /** Whether the record had these scores already, and they were not made anew. */
  readonly known: boolean;
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
 * takes in. Needs no pretrained weights, since a checkpoint holds all of its network, but the vocabulary of captions where
 * it reads these.
 *
 * @param run its record, or its folder
 * @throws as {@linkcode evaluateEvents}
 */
export async function evaluate(run: RunRecord | string, options: EvaluateOptions = {}): Promise<Evaluation> {
  for await (const event of evaluateEvents(run, options)) if (event.kind === "done") return event.evaluation;
  throw new Error("Cannot evaluate: the scoring ended without a result");
}

/**
 * The same, told image by image: what progress bars read. Ends with "done". What the record has is not scored again where
 * something was done to the images; an evaluation that was stopped or killed goes on where it was.
 *
 * @throws {Deno.errors.NotFound} when the run, its checkpoint, data, error maps or the vocabulary are missing
 * @throws {RangeError} before any scoring, when images lack the captions that the network reads, when a test set that the record has holds other images now; after it, when
 * the record has a set that was not asked for as its own, with other scores
 * @throws {Error} when the run has no checkpoint yet, or another process writes it
 * @throws {DOMException} "AbortError" when `signal` stops it
 */
export async function* evaluateEvents(
  run: RunRecord | string,
  {
    test = null,
    corruptions = [],
    tiles = null,
    keep = true,
    runs = "runs",
    data = null,
    weights = null,
    artifacts = "artifacts",
    pipelines = null,
    backend = "auto",
    threads,
    workers,
    signal,
  }: EvaluateOptions = {},
): AsyncGenerator<EvaluateEvent, void> {
  const source = await findKept(run, { runs, verb: "evaluate" });
  const { folder, record, checkpoint } = source;
  const definition = experiment(record.experiment); // what an older version did not have is filled in
  const { model, view, data: own } = definition;
  const unreadable: Unreadable[] = record.unreadable.filter(({ split }) => split === "test");
  const without = new Set(unreadable.map(({ id }) => id));
  const { samples: all, notices } = await readAll(test ?? own.test, data);
  const read = all.filter(({ id }) => !without.has(id));
  const lacking = { artifacts, open: makersFor(definition, pipelines), signal };
  const tell = (text: string): void => void notices.push(text);
  checkCaptions(model, { test: read }, { name: record.experiment.name, verb: "evaluate", tell });
  const captions = await openCaptions(model, weights);
  const seen = yield* asSeen(definition, read, { tell, ...lacking });
  const { samples } = seen;
  const stored = standingAlone(record.scores);
  refuseOtherRows(record, { samples, stored, own: test === null, keep });
  const asked = { definition, corruptions, tiles, samples, own: test === null, keep };
  const passes = passesOf(record, asked);

  const engine = await useBackend(backend, { threads });
  const total = passes.filter(({ known }) => known === null).length * samples.length;
  yield { kind: "start", record, backend: engine, total };
  for (const text of notices) yield { kind: "notice", text };
  const network = await keptNetwork(source, model);
  const takes = keep && record.status === "done";
  const found: Found[] = [];
  const kept: string[] = [];
  try {
    const { name } = record.experiment;
    const counts = { train: 0, validation: 0, test: samples.length };
    const ledger = unreadableLedger(unreadable, { name, counts, maxSkipped: own.maxSkipped, leftOut: seen.unreadable });
    const files = samples.map(({ file }) => file);
    using readers = openReaders(workers ?? workersFor({ files, images: total }));
    using eye = looker(model, { captions });
    const passing = {
      ...{ samples, sight: { view, ...modelView(model) }, reading: { readers, ledger }, signal },
      place: keep ? { folder, checkpoint, backend: engine.name } : null,
    };
    let before = 0;
    for (const pass of passes) {
      if (pass.known !== null) {
        found.push({ name: pass.name, scores: pass.known, known: true });
        continue;
      }
      const scoring = telling("evaluate", scorePass(eye, network, { pass, ...passing }), { before, total });
      const { scores, forget } = yield* scoring;
      signal?.throwIfAborted();
      if (takes && pass.name !== null) await keepUnderName(folder, pass.name, scores);
      if (takes && pass.name === null && test !== null) {
        kept.push(...await keepScores(folder, { scores, metrics: evaluateScores(scores, record) }));
      }
      await forget();
      before += samples.length;
      found.push({ name: pass.name, scores, known: false });
    }
  } finally {
    disposeTree(network);
  }
  const [{ scores, known }, ...altered] = found.map((one) => ({ ...one, metrics: evaluateScores(one.scores, record) }));
  const metrics = evaluateScores(scores, record);
  const empty = altered.find(({ name }) => name === EMPTY_CAPTIONS)?.scores ?? null;
  const { name, threads: used } = engine;
  yield {
    kind: "done",
    evaluation: {
      ...{ record, folder, checkpoint, backend: name, threads: used, scores, metrics, unreadable, notices, kept },
      captions: empty === null ? null : captionsTold(samples, { scores, empty, frozen: record.frozen }),
      altered: altered.map(({ name, ...rest }) => ({ name: name!, ...rest })),
      agreement: known ? null : agreement(scores, { scores: stored, metrics: record.metrics }),
    },
  };
}

/** What a pass made, or the record had of it. */
interface Found extends Pick<Pass, "name"> {
  readonly scores: ScoreColumns;
  readonly known: boolean;
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
