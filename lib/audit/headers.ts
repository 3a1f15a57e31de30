import type { SeenHeader } from "../image/seen_header.ts";
import { headerOfSample } from "../layouts/sample_header.ts";
import type { Sample, Unreadable } from "../types.ts";
import { groupOf, keyOf, type Listing, placeIn, samplesOf, type Source } from "./listing.ts";

/** Headers of images, in columns: memory for millions. Entries of equal place belong together. */
export interface Headers {
  /** Those that differ, in the order met. */
  readonly distinct: readonly SeenHeader[];
  readonly id: readonly string[];
  /** Place of each image's group in the listing. */
  readonly group: readonly number[];
  /** Place of each image's header among the distinct ones; −1: unreadable. */
  readonly header: readonly number[];
  /** Key of each image's source; two sources may share one by chance, which merges them. */
  readonly source: readonly number[];
  readonly unreadable: readonly Unreadable[];
}

/** Files opened at once. */
export const CHUNK = 64;

/** How far a pass over the images has come. */
export interface Pass {
  readonly done: number;
  readonly total: number;
  readonly doing: string;
}

/** Reads the header of every listed image; one that has none that can be read is told and passed over. */
export async function* readHeaders(
  sources: readonly Source[],
  { data, listing, signal }: { readonly data: string | null; readonly listing: Listing; readonly signal?: AbortSignal },
): AsyncGenerator<Pass, Headers> {
  const distinct: SeenHeader[] = [];
  const places = new Map<string, number>();
  const [id, group, header, source]: [string[], number[], number[], number[]] = [[], [], [], []];
  const unreadable: Unreadable[] = [];
  for await (const { samples, groups } of chunks(sources, { data, listing })) {
    signal?.throwIfAborted();
    const found = await Promise.all(samples.map((sample) => headerOfSample(sample.file).catch(reasonOf)));
    for (const [i, one] of found.entries()) {
      const sample = samples[i];
      id.push(sample.id);
      group.push(groups[i]);
      source.push(keyOf(sample.source));
      if (typeof one === "string") {
        unreadable.push({ id: sample.id, file: sample.file, split: sample.split, reason: one });
        header.push(-1);
        continue;
      }
      const key = Object.values(one).join(" ");
      const place = places.get(key) ?? distinct.push(one) - 1;
      places.set(key, place);
      header.push(place);
    }
    yield { done: id.length, total: listing.total, doing: "reading headers" };
  }
  return { distinct, id, group, header, source, unreadable };
}

/** Listed images some at a time, each with the place of its group. */
export async function* chunks(
  sources: readonly Source[],
  { data, listing }: { readonly data: string | null; readonly listing: Listing },
): AsyncGenerator<{ readonly samples: readonly Sample[]; readonly groups: readonly number[] }> {
  const places = new Map<string, number>();
  for (const group of listing.groups) placeIn(places, group);
  let samples: Sample[] = [];
  let groups: number[] = [];
  for await (const sample of samplesOf(sources, { data })) {
    const place = placeIn(places, groupOf(sample));
    if (keyOf(sample.id) > (listing.bounds[place] ?? Infinity)) continue;
    samples.push(sample);
    groups.push(place);
    if (samples.length < CHUNK) continue;
    yield { samples, groups };
    [samples, groups] = [[], []];
  }
  if (samples.length > 0) yield { samples, groups };
}

/** Why an image could not be read, as a short text. */
export function reasonOf(error: unknown): string {
  const skips = error instanceof TypeError || error instanceof RangeError || error instanceof Deno.errors.NotFound;
  if (!skips) throw error;
  return error.message.split("\n")[0];
}
