/** Images for makers of artifacts: read ahead, and some that go together at a time. */
import { type Image, UnreadableImage } from "../image/decode.ts";
import type { Sample } from "../types.ts";
import { imageOf } from "./source.ts";

/** A sample with its picture, or why there is none. */
export interface Loaded {
  readonly sample: Sample;
  readonly image: Image | null;
  /** Null where there is a picture. */
  readonly problem: string | null;
}

/** How pictures are put together. */
export interface Batching {
  /** Pictures of a batch, at most. */
  readonly size: number;
  /** Pictures of which this is the same may stand in one. */
  readonly group: (image: Image) => string;
}

/** Batches of pictures that may wait, over all groups, before the fullest one goes as it is. */
const WAITING = 4;

/**
 * The pictures of samples in batches, in the order in which batches fill up; those that cannot be read alone, one at a
 * time. While a batch is worked on the next one is read.
 */
export async function* loadBatches(samples: Iterable<Sample>, batching: Batching): AsyncGenerator<Loaded[], void> {
  const source = gathered(samples, batching);
  let next = source.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done) return;
      next = source.next();
      next.catch(() => {}); // seen when it is awaited; without this an early stop reports it as unhandled
      yield value;
    }
  } finally {
    await next.catch(() => {});
    await source.return();
  }
}

async function* gathered(samples: Iterable<Sample>, { size, group }: Batching): AsyncGenerator<Loaded[], void> {
  const waiting = new Map<string, Loaded[]>();
  let held = 0;
  const take = (key: string): Loaded[] => {
    const batch = waiting.get(key)!;
    waiting.delete(key);
    held -= batch.length;
    return batch;
  };
  for (const sample of samples) {
    const loaded = await load(sample);
    if (loaded.image === null) {
      yield [loaded];
      continue;
    }
    const key = group(loaded.image);
    waiting.set(key, [...waiting.get(key) ?? [], loaded]);
    held++;
    if (waiting.get(key)!.length === size) yield take(key);
    else if (held >= WAITING * size) {
      yield take([...waiting].reduce((a, b) => b[1].length > a[1].length ? b : a)[0]);
    }
  }
  for (const key of [...waiting.keys()]) yield take(key);
}

async function load(sample: Sample): Promise<Loaded> {
  try {
    return { sample, image: await imageOf(sample.file), problem: null };
  } catch (error) {
    if (!(error instanceof UnreadableImage || error instanceof Deno.errors.NotFound)) throw error;
    return { sample, image: null, problem: error.message };
  }
}
