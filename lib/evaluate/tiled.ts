import { strictly } from "../data/batches.ts";
import { fillRow, rowLength, type Treatment } from "../data/pixels.ts";
import { freeRows, takeRows } from "../data/readers.ts";
import { tilesOf, type Tiling } from "../data/tiles.ts";
import { tensor, type Tensor4D } from "../engine/ops.ts";
import { UnreadableImage } from "../image/decode.ts";
import type { ModelNetwork } from "../models/model.ts";
import type { Sample, ScoreColumns } from "../types.ts";
import type { Looker } from "./looker.ts";
import { CHUNK, fakeScores, scoreColumns, type Scoring } from "./predict.ts";

/** Images whose squares share passes of the network: the last pass of so many is filled up with nothing. */
const IMAGES = 16;

/**
 * Probability of fake of every sample, pooled over the squares that cover its image; says after every image how
 * many have been looked at. Memory is that of one image and one pass, however large images are.
 *
 * @returns columns in the order of `samples`, those left out that cannot be read
 * @throws as `predict`
 */
export async function* predictTiled(
  looker: Looker,
  network: ModelNetwork,
  { samples, sight, reading = strictly, partial, signal, tiles }: Scoring & { readonly tiles: Tiling },
): AsyncGenerator<{ readonly done: number; readonly total: number }, ScoreColumns> {
  const scored: Sample[] = [];
  const score: number[] = [];
  for (let from = 0; from < samples.length; from += IMAGES) {
    signal?.throwIfAborted();
    const group = samples.slice(from, from + IMAGES);
    const known = partial?.at(from);
    const found = known ?? (yield* within(
      pooledScores(looker, network, { samples: group, sight, signal, tiles }),
      { before: from, total: samples.length },
    ));
    for (const [i, sample] of group.entries()) {
      const one = found[i];
      if (typeof one === "string") reading.ledger.note(sample, { split: "test", reason: one });
      else {
        scored.push(sample);
        score.push(one);
      }
    }
    if (!known && found.every((one) => typeof one === "number")) await partial?.add(from, found);
    yield { done: from + group.length, total: samples.length };
  }
  return scoreColumns(scored, score);
}

/** Counts on from what was done before. */
async function* within<T>(
  counts: AsyncGenerator<number, T>,
  { before, total }: { readonly before: number; readonly total: number },
): AsyncGenerator<{ readonly done: number; readonly total: number }, T> {
  try {
    for (;;) {
      const { done, value } = await counts.next();
      if (done) return value;
      yield { done: before + value, total };
    }
  } finally {
    await counts.return(undefined as T); // where nobody reads on, its memory is given back
  }
}

/** The pooled score of each sample, or why it cannot be read; says after every image but the last how many were read. */
async function* pooledScores(
  looker: Looker,
  network: ModelNetwork,
  { samples, sight, signal, tiles }: Scoring & { readonly tiles: Tiling },
): AsyncGenerator<number, (number | string)[]> {
  const treatment: Treatment = { ...sight, augment: [] };
  const length = rowLength(sight);
  const rows = takeRows(CHUNK, treatment);
  const owners: number[] = [];
  const pools = samples.map(() => ({ sum: 0, most: 0, count: 0 }));
  const reasons = samples.map((): string | null => null);
  const pass = async (): Promise<void> => {
    if (owners.length === 0) return;
    rows.fill(0, owners.length * length);
    const owned = owners.map((owner) => samples[owner]);
    const scores = await lookAt(looker, network, { rows, size: sight.view.size, samples: owned });
    for (const [row, owner] of owners.entries()) {
      const pool = pools[owner];
      pool.sum += scores[row];
      pool.most = Math.max(pool.most, scores[row]);
      pool.count++;
    }
    owners.length = 0;
    signal?.throwIfAborted();
  };
  try {
    for (const [i, { file }] of samples.entries()) {
      try {
        for await (const tile of tilesOf(file, sight, tiles)) {
          fillRow(rows.subarray(owners.length * length, (owners.length + 1) * length), tile, { file, sight });
          if (owners.push(i) === CHUNK) await pass();
        }
      } catch (error) {
        if (!(error instanceof UnreadableImage)) throw error;
        reasons[i] = error.message;
      }
      if (i + 1 < samples.length) yield i + 1;
    }
    await pass();
  } finally {
    freeRows(rows);
  }
  return pools.map(({ sum, most, count }, i) => reasons[i] ?? (tiles.pooling === "max" ? most : sum / count));
}

async function lookAt(
  looker: Looker,
  network: ModelNetwork,
  { rows, size, samples }: { readonly rows: Float32Array; readonly size: number; readonly samples: readonly Sample[] },
): Promise<Float32Array> {
  const images = tensor(rows, [CHUNK, size, size, 3]) as Tensor4D;
  const tokens = looker.captions?.(samples, CHUNK) ?? null;
  try {
    const { embedding, logits } = looker.look(network, images, { tokens });
    embedding.dispose();
    return await fakeScores(logits);
  } finally {
    images.dispose();
    tokens?.dispose();
  }
}
