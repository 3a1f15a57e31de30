import { type Reading, strictly } from "../data/batches.ts";
import type { Sight } from "../data/pixels.ts";
import { gather, tensor, type Tensor2D, tidy } from "../engine/ops.ts";
import { squaredDistances, unitRows } from "../losses/pairs.ts";
import { describeScores } from "../metrics/mod.ts";
import type { ModelNetwork } from "../models/model.ts";
import type { Distances, EpochRow, Pair } from "../types.ts";
import type { Frozen } from "./frozen.ts";
import type { Looker } from "./looker.ts";
import { CHUNK, fakeScores, outputsOf } from "./predict.ts";

/** What an epoch is judged on. */
export interface Judging {
  readonly pairs: readonly Pair[];
  readonly sight: Sight;
  readonly reading?: Reading;
  /** Where features of the backbone are kept; null or left out: images are looked at. */
  readonly frozen?: Frozen | null;
  readonly signal?: AbortSignal;
}

/**
 * Metrics of the samples, and how far their embeddings lie from those of their reconstructions. Each image goes through
 * the network once. Samples that cannot be read are left out; a reconstruction that cannot leaves its sample without a
 * distance.
 *
 * @throws {Error} as the ledger, when too many cannot be read
 * @throws {DOMException} "AbortError" between two chunks, when the signal asks for it
 * @throws {RangeError} when the samples lack a class
 */
export async function validate(
  looker: Looker,
  network: ModelNetwork,
  { pairs, sight, reading = strictly, frozen, signal }: Judging,
): Promise<Pick<EpochRow, "validation" | "distances">> {
  const labels: number[] = [];
  const scores: number[] = [];
  const squared: (number | null)[] = [];
  for (let from = 0; from < pairs.length; from += CHUNK) {
    signal?.throwIfAborted();
    const chunk = pairs.slice(from, from + CHUNK);
    const { embedding, logits, unreadable } = await outputsOf(looker, network, {
      samples: chunk.map(({ sample }) => sample),
      sight,
      readers: reading.readers,
      frozen,
    });
    try {
      const given = await fakeScores(logits);
      const apart = await chunkDistances(looker, network, { pairs: chunk, embedding, sight, reading, frozen });
      for (const [i, { sample }] of chunk.entries()) {
        const reason = unreadable[i];
        if (reason !== null) {
          reading.ledger.note(sample, { split: "validation", reason });
          continue;
        }
        labels.push(sample.label === "fake" ? 1 : 0);
        scores.push(given[i]);
        squared.push(apart[i]);
      }
    } finally {
      embedding.dispose();
    }
  }
  return { validation: describeScores(labels, scores), distances: meanDistances(labels, squared) };
}

/**
 * Mean distance of each class, over the rows that have one.
 *
 * @param labels 1 = fake
 * @param squared squared distance to the row's reconstruction; null: it has none
 * @returns null when no row has a distance
 */
export function meanDistances(labels: readonly number[], squared: readonly (number | null)[]): Distances | null {
  const meanOf = (label: number): number | null => {
    const found = squared.filter((value, i): value is number => labels[i] === label && value !== null);
    return found.length === 0 ? null : found.reduce((sum, value) => sum + value, 0) / found.length;
  };
  const [real, fake] = [meanOf(0), meanOf(1)];
  return real === null && fake === null ? null : { real, fake };
}

// N pairs with a reconstruction · D embedding width
/** Squared distance of each pair's unit embeddings; null for a sample without reconstruction. */
async function chunkDistances(
  looker: Looker,
  network: ModelNetwork,
  { pairs, embedding, sight, reading, frozen }: {
    pairs: readonly Pair[];
    embedding: Tensor2D;
    sight: Sight;
    reading: Reading;
    frozen?: Frozen | null;
  },
): Promise<(number | null)[]> {
  const samples = pairs.flatMap(({ reconstruction }) => reconstruction ?? []);
  const squared: (number | null)[] = pairs.map(() => null);
  if (samples.length === 0) return squared;
  const rows = pairs.flatMap(({ reconstruction }, row) => reconstruction === null ? [] : [row]);
  const rebuilt = await outputsOf(looker, network, { samples, sight, readers: reading.readers, frozen });
  const squared_N = tidy(() => {
    const original_ND = gather(embedding, tensor(Int32Array.from(rows), [rows.length], "int32"));
    return squaredDistances(unitRows(original_ND), unitRows(rebuilt.embedding));
  });
  const values = await squared_N.data();
  for (const each of [rebuilt.embedding, rebuilt.logits, squared_N]) each.dispose();
  for (const [i, row] of rows.entries()) {
    const reason = rebuilt.unreadable[i];
    if (reason === null) squared[row] = values[i];
    else reading.ledger.note(samples[i], { split: "validation", reason });
  }
  return squared;
}
