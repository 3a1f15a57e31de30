/** The passes of an evaluation over its test sets: one of images as they are, one for each thing that is done to them. */
import { corrupted, type Corruption, corruptionName } from "../augment/corruption.ts";
import type { Reading } from "../data/batches.ts";
import type { Sight } from "../data/pixels.ts";
import { type Tiling, tilingName } from "../data/tiles.ts";
import { fingerprint } from "../definition/fingerprint.ts";
import { underName } from "../metrics/mod.ts";
import type { Experiment } from "../experiment.ts";
import type { ModelNetwork } from "../models/model.ts";
import { openPartialScores } from "../runs/partial_scores.ts";
import type { Best, RunRecord, Sample, ScoreColumns } from "../types.ts";
import { onlySets, standingAlone } from "./agreement.ts";
import { EMPTY_CAPTIONS } from "../report/captions.ts";
import { asksEmpty, withoutCaptions } from "./captions.ts";
import type { Looker } from "./looker.ts";
import { predict, scoreColumns } from "./predict.ts";
import { predictTiled } from "./tiled.ts";

/** One pass over the test sets. */
export interface Pass {
  /** What is done to the images, as the record names it; null: nothing. */
  readonly name: string | null;
  readonly corruption: Corruption | null;
  readonly tiles: Tiling | null;
  /** Whether every caption is empty; left out: captions are as they are. */
  readonly emptied?: boolean;
  /** What the record has of it, so that nothing has to be scored; null: it is to be scored. */
  readonly known: ScoreColumns | null;
}

/** What is asked for. */
export interface Asked {
  /** Of the run. */
  readonly definition: Pick<Experiment, "model" | "reconstruct" | "view">;
  readonly corruptions: readonly Corruption[];
  readonly tiles: Tiling | null;
  readonly samples: readonly Sample[];
  /** Whether they are the test sets of the record's own definition. */
  readonly own: boolean;
  /** Whether what the record has may stand for what would be scored. */
  readonly keep: boolean;
}

/**
 * The passes that are asked for, images as they are first; second, where the network reads the empty text of images
 * without a caption, the same with every caption empty.
 *
 * @throws {TypeError} where something is to be done to images of which a network sees what was made of them before
 * @throws {RangeError} when a corruption is none, or the record has one of them on other images
 */
export function passesOf(record: RunRecord, asked: Asked): Pass[] {
  const { definition: { model, reconstruct, view }, corruptions, tiles, samples, own } = asked;
  const named = new Map(corruptions.map((corruption) => [corruptionName(corruption), corruption]));
  const altered: Omit<Pass, "known">[] = [...named].map(([name, corruption]) => ({ name, corruption, tiles: null }));
  if (tiles !== null) altered.push({ name: tilingName(tiles, view.size), corruption: null, tiles });
  const { name } = record.experiment;
  const made = model.refine !== null ? "error maps" : reconstruct?.kind === "residual" ? "residuals" : null;
  if (altered.length > 0 && made !== null) {
    throw new TypeError(
      `Cannot evaluate "${name}" on images to which something is done: its network looks at ${made}, which were made of ` +
        `the images as they are. Store the changed images as a data set, make their ${made}, and evaluate on it`,
    );
  }
  const rows = standingAlone(scoreColumns(samples, samples.map(() => 0)));
  const sets = [...new Set(rows.set as readonly string[])];
  const stored = standingAlone(record.scores);
  // of its own test sets a finished record has them, and scoring them again would say nothing of what is asked
  const plain = own && altered.length > 0 && sets.every((set) => stored.set.includes(set));
  const emptied = { name: EMPTY_CAPTIONS, corruption: null, tiles: null, emptied: true };
  const more = asksEmpty(model, samples) ? [emptied, ...altered] : altered;
  return [
    { name: null, corruption: null, tiles: null, known: plain ? onlySets(stored, sets) : null },
    ...more.map((pass): Pass => ({ ...pass, known: knownRows(record, { pass, rows, sets, keep: asked.keep }) })),
  ];
}

/** The rows that the record has of a pass; null where it lacks any of the sets. */
function knownRows(
  { scores, experiment: { name } }: RunRecord,
  { pass, rows, sets, keep }: {
    readonly pass: Omit<Pass, "known">;
    readonly rows: ScoreColumns;
    readonly sets: readonly string[];
    readonly keep: boolean;
  },
): ScoreColumns | null {
  const there = onlySets(underName(scores, pass.name!), sets);
  const asked = new Set(rows.id);
  const other = there.id.findIndex((id) => !asked.has(id));
  if (other >= 0 && !keep) return null;
  if (other >= 0) {
    throw new RangeError(
      `Cannot evaluate "${name}" on "${there.set[other]}" under ${pass.name}: its record has "${
        there.id[other]
      }" of it, ` +
        "which is not in the test set. Give the data that it was tested on with --data DIR, or score it without keeping " +
        "the scores (keep: false, or --dry)",
    );
  }
  return sets.every((set) => there.set.includes(set)) ? there : null;
}

/** What scores a pass, and where it leaves what it has while it goes. */
export interface Passing {
  readonly samples: readonly Sample[];
  readonly sight: Sight;
  readonly reading: Reading;
  readonly signal?: AbortSignal;
  /** The run's folder, and what its scores hang on; null: nothing is written. */
  readonly place: { readonly folder: string; readonly checkpoint: Best; readonly backend: string } | null;
}

/** Scores of a pass, and what to do once they are where they should be. */
export interface Passed {
  /** Every row names its test set. */
  readonly scores: ScoreColumns;
  /** Removes what was left for the case that the pass is stopped. */
  forget(): Promise<void>;
}

/** Scores the samples of a pass; what an earlier one, stopped or killed, left is taken as it is. */
export async function* scorePass(
  looker: Looker,
  network: ModelNetwork,
  { pass, samples, sight, reading, signal, place }: Passing & { readonly pass: Pass },
): AsyncGenerator<{ readonly done: number; readonly total: number }, Passed> {
  const { name, corruption, tiles, emptied = false } = pass;
  const partial = place === null ? null : await openPartialScores(
    place.folder,
    fingerprint({
      ...{ name, checkpoint: place.checkpoint.sha256 ?? place.checkpoint.step, backend: place.backend },
      ids: samples.map(({ id }) => id),
    }),
  );
  const shown = emptied ? withoutCaptions(samples) : samples;
  const seen = corruption === null ? shown : shown.map((sample) => corrupted(sample, corruption));
  const scoring = { samples: seen, sight, reading, signal, ...(partial === null ? {} : { partial }) };
  const columns = tiles === null
    ? yield* predict(looker, network, scoring)
    : yield* predictTiled(looker, network, { ...scoring, tiles });
  return { scores: standingAlone(columns), forget: async () => void await partial?.remove() };
}
