/** A run from where it stands to its scores. */
import type { Reading } from "../data/batches.ts";
import type { ReadCaptions } from "../data/captions.ts";
import type { Gathered } from "../data/pairs.ts";
import type { Sight } from "../data/pixels.ts";
import { openReaders, workersFor } from "../data/readers.ts";
import { type Ledger, unreadableLedger } from "../data/unreadable.ts";
import { disposeTree } from "../engine/tree.ts";
import { standingAlone } from "../evaluate/agreement.ts";
import { asksEmpty, captionsTold, withoutCaptions } from "../evaluate/captions.ts";
import { openFrozen, seesAlike } from "../evaluate/frozen.ts";
import { looker } from "../evaluate/looker.ts";
import { predict } from "../evaluate/predict.ts";
import { probe, probeImages } from "../evaluate/probe.ts";
import { telling } from "../evaluate/telling.ts";
import { validate } from "../evaluate/validate.ts";
import type { Experiment } from "../experiment.ts";
import { type ModelNetwork, modelView } from "../models/model.ts";
import { captionsSentence, EMPTY_CAPTIONS } from "../report/captions.ts";
import type { EventLog } from "../runs/event_log.ts";
import type { Pair, RunEvent, Sample, ScoreColumns } from "../types.ts";
import { type Circumstances, type Found, loadBest } from "./checkpoint.ts";
import { positionOf } from "./keeper.ts";
import { plannedSteps, planTraining, train } from "./train.ts";

/** Where a run stands, and what it writes to. */
export interface Course {
  /** Of the run. */
  readonly id: string;
  /** Folder of what parts made, the features of frozen backbones among it. */
  readonly artifacts: string;
  /** Of data and weights. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly found: Found;
  readonly circumstances: Circumstances;
  /** What the user should know before it goes. */
  readonly notices: readonly string[];
  /** Of the run, whose lock is held. */
  readonly folder: string;
  readonly log: Pick<EventLog, "sync">;
  /** Reads the captions of images; null where the model reads none. */
  readonly captions: ReadCaptions | null;
  /** Threads that read and augment images; left out: one a core where that is worth it. */
  readonly workers?: number;
  /** Of the machine, that are this run's; left out: all. */
  readonly cores?: number;
  /** Least seconds between two checkpoints within an epoch. */
  readonly checkpointSeconds: number;
  readonly signal?: AbortSignal;
}

/**
 * What a trained network made of the test sets, of these with empty captions too where it reads the empty text of images
 * without one, and of validation; and what trivial cues make of the test sets.
 */
export type Scored = Readonly<Record<"scores" | "probe" | "validation", ScoreColumns>>;

/** Trains from where the run stands, then scores the test sets and validation with the best network. */
export async function* trainedAndScored(
  experiment: Experiment,
  { train: pairs, validation, test, leftOut }: Omit<Gathered, "notices">,
  {
    id,
    artifacts,
    hashes,
    found,
    circumstances,
    notices,
    folder,
    log,
    captions,
    workers,
    cores,
    checkpointSeconds,
    signal,
  }: Course,
): AsyncGenerator<RunEvent, Scored> {
  const { state, position, damaged } = found;
  const sight: Sight = { view: experiment.view, ...modelView(experiment.model) };
  const plan = planTraining(experiment, pairs);
  const probing = { train: learnedFrom(pairs), test };
  const emptied = asksEmpty(experiment.model, test) ? withoutCaptions(test) : [];
  yield {
    kind: "start",
    name: experiment.name,
    id,
    step: state.step,
    steps: plannedSteps(experiment, { stepsPerEpoch: plan.stepsPerEpoch, history: state.history }),
    images: {
      step: experiment.batch.size * (experiment.batch.accumulate ?? 1),
      test: test.length + validation.length + emptied.length,
      probe: probeImages(probing).length,
    },
    epochs: experiment.epochs,
  };
  const passed = damaged.map((text) => `${text}. Going on from the one of step ${state.step}`);
  for (const text of [...notices, ...passed]) yield { kind: "notice", text };
  if (position !== null && positionOf(experiment, state, plan).order !== position.order) {
    throw new Error(
      `Cannot go on with "${experiment.name}" in the middle of epoch ${position.epoch}: this version takes its samples ` +
        "in another order than the one that began it. Go on with that version, or begin anew with --fresh (fresh: true)",
    );
  }
  const ledger = unreadableLedger(state.unreadable, {
    name: experiment.name,
    counts: { train: imagesOf(pairs), validation: imagesOf(validation), test: test.length },
    maxSkipped: experiment.data.maxSkipped,
    leftOut,
  });
  const images = (experiment.epochs ?? 1) * plan.stepsPerEpoch * experiment.batch.size;
  using readers = openReaders(workers ?? workersFor({ files: pairs.map(({ sample }) => sample.file), images, cores }));
  const reading: Reading = { readers, ledger };
  using eye = looker(experiment.model, { captions });
  const pretrained = experiment.model.backbone.weights;
  await using frozen = !await seesAlike(experiment) ? null : await openFrozen(experiment, {
    ...{ artifacts, sight, readers, captions, backend: circumstances.backend },
    weights: pretrained === null ? null : hashes[pretrained],
    ahead: [...samplesOf(pairs), ...samplesOf(validation), ...test],
  });
  const judge = (network: ModelNetwork) =>
    validate(eye, network, { pairs: validation, sight, reading, frozen, signal });
  yield* withNews(
    train(experiment, state, {
      ...{
        plan,
        sight,
        reading,
        captions,
        frozen,
        folder,
        circumstances,
        log,
        checkpointSeconds,
        validate: judge,
        signal,
      },
    }),
    ledger,
  );
  const best = await loadBest(folder, state.best!, state);
  const judged: Partial<Record<"test" | "validation" | "empty", ScoreColumns>> = {};
  try {
    const total = test.length + validation.length + emptied.length;
    const parts = [
      { name: "test", split: "test", samples: test },
      { name: "validation", split: "validation", samples: validation.map(({ sample }) => sample) },
      { name: "empty", split: "test", samples: emptied },
    ] as const;
    let before = 0;
    for (const { name, split, samples } of parts) {
      const scoring = predict(eye, best, { samples, sight, reading, frozen, split, signal });
      judged[name] = yield* withNews(telling("evaluate", scoring, { before, total }), ledger);
      before += samples.length;
    }
  } finally {
    disposeTree(best);
  }
  const told = captionsTold(test, { scores: judged.test!, empty: judged.empty! });
  if (told !== null) yield { kind: "notice", text: captionsSentence(told) };
  return {
    scores: withEmpty(judged.test!, judged.empty!),
    validation: judged.validation!,
    probe: yield* withNews(telling("probe", probe({ ...probing, ledger, signal })), ledger),
  };
}

/** Scores of the test sets, and behind them those with empty captions under their name. */
function withEmpty(scores: ScoreColumns, empty: ScoreColumns): ScoreColumns {
  if (empty.id.length === 0) return scores;
  const named = standingAlone(empty);
  const added = { ...named, corruption: named.id.map(() => EMPTY_CAPTIONS) };
  const joined = Object.entries(scores).map(([name, column]) => [
    name,
    [...column, ...added[name as keyof ScoreColumns]],
  ]);
  return Object.fromEntries(joined) as unknown as ScoreColumns;
}

/** Passes events on, and after each what the ledger has to tell. */
async function* withNews<T>(events: AsyncGenerator<RunEvent, T>, ledger: Ledger): AsyncGenerator<RunEvent, T> {
  try {
    for (;;) {
      const { done, value } = await events.next();
      for (const text of ledger.news()) yield { kind: "notice", text };
      if (done) return value;
      yield value;
    }
  } finally {
    await events.return(undefined as T);
  }
}

/** Samples of pairs, each with its reconstruction behind it. */
function samplesOf(pairs: readonly Pair[]): Sample[] {
  return pairs.flatMap(({ sample, reconstruction }) => reconstruction === null ? [sample] : [sample, reconstruction]);
}

/** Images of pairs, reconstructions among them. */
function imagesOf(pairs: readonly Pair[]): number {
  return pairs.reduce((sum, { reconstruction }) => sum + (reconstruction === null ? 1 : 2), 0);
}

/** The samples of pairs; where none is fake, their reconstructions too, which are what a network learns fakes from. */
function learnedFrom(pairs: readonly Pair[]): Sample[] {
  const samples = pairs.map(({ sample }) => sample);
  if (samples.some(({ label }) => label === "fake")) return samples;
  return [...samples, ...pairs.flatMap(({ reconstruction }) => reconstruction ?? [])];
}
