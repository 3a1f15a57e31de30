import { type Reading, scoringImages, strictly } from "../data/batches.ts";
import type { Sight } from "../data/pixels.ts";
import type { Readers } from "../data/readers.ts";
import type { Tensor2D } from "../engine/ops.ts";
import { fakeProbability, type ModelNetwork } from "../models/model.ts";
import type { PartialScores } from "../runs/partial_scores.ts";
import type { Sample, ScoreColumns, Split } from "../types.ts";
import { type Frozen, frozenFeatures } from "./frozen.ts";
import type { Looker, Seen } from "./looker.ts";

/** Images scored at once: enough to fill the cores, few enough for the memory of a small machine. */
export const CHUNK = 64;

/** What is scored, and who listens. */
export interface Scoring {
  readonly samples: readonly Sample[];
  readonly sight: Sight;
  readonly reading?: Reading;
  /** Where features of the backbone are kept; null or left out: images are looked at. */
  readonly frozen?: Frozen | null;
  /** What those that cannot be read are listed under; left out: "test". */
  readonly split?: Split;
  /** Scores that an earlier, unfinished pass over the same samples left, and where this one leaves its own. */
  readonly partial?: Pick<PartialScores, "at" | "add">;
  readonly signal?: AbortSignal;
}

/**
 * Probability of fake of every sample, nothing drawn; says after every chunk how many are done.
 *
 * @returns columns in the order of `samples`, those left out that cannot be read
 * @throws {Error} as the ledger, when too many cannot
 * @throws {DOMException} "AbortError" between two chunks, when the signal asks for it
 */
export async function* predict(
  looker: Looker,
  network: ModelNetwork,
  { samples, sight, reading = strictly, frozen, split = "test", partial, signal }: Scoring,
): AsyncGenerator<{ readonly done: number; readonly total: number }, ScoreColumns> {
  const scored: Sample[] = [];
  const score: number[] = [];
  for (let from = 0; from < samples.length; from += CHUNK) {
    signal?.throwIfAborted();
    const chunk = samples.slice(from, from + CHUNK);
    const known = partial?.at(from) ?? null;
    if (known !== null) {
      scored.push(...chunk);
      score.push(...known);
      yield { done: from + chunk.length, total: samples.length };
      continue;
    }
    const { embedding, logits, unreadable } = await outputsOf(looker, network, {
      samples: chunk,
      sight,
      readers: reading.readers,
      frozen,
    });
    embedding.dispose();
    const scores = await fakeScores(logits);
    for (const [i, sample] of chunk.entries()) {
      const reason = unreadable[i];
      if (reason !== null) {
        reading.ledger.note(sample, { split, reason });
        continue;
      }
      scored.push(sample);
      score.push(scores[i]);
    }
    // what could not be read is asked again: it may have been mended by then
    if (unreadable.every((reason) => reason === null)) await partial?.add(from, Array.from(scores));
    yield { done: Math.min(from + CHUNK, samples.length), total: samples.length };
  }
  return scoreColumns(scored, score);
}

/**
 * The columns of scored samples.
 *
 * @param score probability of fake of each sample, in their order
 */
export function scoreColumns(samples: readonly Sample[], score: readonly number[]): ScoreColumns {
  return {
    id: samples.map(({ id }) => id),
    source: samples.map(({ source }) => source),
    generator: samples.map(({ generator }) => generator),
    set: samples.map(({ set }) => set),
    corruption: samples.map(() => null),
    label: samples.map(({ label }) => label === "fake" ? 1 : 0),
    score,
  };
}

/** What a model makes of a few samples, and why it could not see some: null where it could. */
export interface Judged extends Seen {
  readonly unreadable: readonly (string | null)[];
}

/**
 * What a model makes of a few samples, nothing drawn; the rows of those that cannot be read mean nothing.
 *
 * @returns tensors that the caller owns
 */
export async function outputsOf(
  looker: Looker,
  network: ModelNetwork,
  { samples, sight, readers, frozen = null }: {
    samples: readonly Sample[];
    sight: Sight;
    readers?: Readers;
    frozen?: Frozen | null;
  },
): Promise<Judged> {
  using shown = frozen === null
    ? await scoringImages(samples, { sight, readers, errorMaps: looker.errorMaps, captions: looker.captions })
    : await frozenFeatures(frozen, network, samples);
  const { unreadable } = shown;
  const said = "features" in shown ? looker.look(network, shown.features) : looker.look(network, shown.images, shown);
  return { ...said, unreadable };
}

/** The probability of fake of each row, as numbers; frees the logits. [B, K]. */
export async function fakeScores(logits_BK: Tensor2D): Promise<Float32Array> {
  const fake_B = fakeProbability(logits_BK);
  logits_BK.dispose();
  try {
    return await fake_B.data() as Float32Array;
  } finally {
    fake_B.dispose();
  }
}
