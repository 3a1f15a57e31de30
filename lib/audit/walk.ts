/** Walks over the listed images, which passes over headers and over pixels share. */
import type { Sample } from "../types.ts";
import { groupOf, keyOf, type Listing, placeIn, samplesOf, type Source } from "./listing.ts";

/** How far a pass over the images has come. */
export interface Pass {
  /** Images behind it. */
  readonly done: number;
  /** Images that it looks at. */
  readonly total: number;
  /** What it does, in a word or two. */
  readonly doing: string;
  /** How many of those done since the pass before were known without work. */
  readonly known?: number;
}

/** What is walked over. */
export interface Walk {
  /** Folder that holds the data sets; null: none was given. */
  readonly data: string | null;
  readonly listing: Listing;
  readonly signal?: AbortSignal;
}

/** Some of the listed images. */
export interface Chunk {
  readonly samples: readonly Sample[];
  /** Place of each image's group in the listing. */
  readonly groups: readonly number[];
  /** Place of the first among all. */
  readonly from: number;
}

/** Files opened at once. */
const CHUNK = 64;

/**
 * Listed images some at a time, in the same order each time.
 *
 * @throws {Error} when they are no longer as many as were listed
 * @throws {DOMException} "AbortError" when the signal asks for it
 */
export async function* chunks(sources: readonly Source[], { data, listing, signal }: Walk): AsyncGenerator<Chunk> {
  const places = new Map<string, number>();
  for (const group of listing.groups) placeIn(places, group);
  let from = 0;
  let [samples, groups]: [Sample[], number[]] = [[], []];
  for await (const sample of samplesOf(sources, { data })) {
    const place = placeIn(places, groupOf(sample));
    if (keyOf(sample.id) > (listing.bounds[place] ?? Infinity)) continue;
    if (place >= listing.groups.length || from + samples.length === listing.total) throw changed(sample);
    samples.push(sample);
    groups.push(place);
    if (samples.length < CHUNK) continue;
    signal?.throwIfAborted();
    yield { samples, groups, from };
    from += samples.length;
    [samples, groups] = [[], []];
  }
  signal?.throwIfAborted();
  if (from + samples.length < listing.total) throw changed(null);
  if (samples.length > 0) yield { samples, groups, from };
}

/** For an image that was not listed at its place; null: the images ended too early. */
export function changed(sample: Sample | null): Error {
  const what = sample === null ? "images that were listed are gone" : `"${sample.id}" was not listed at this place`;
  return new Error(
    `Cannot audit the data: ${what}, so that files came or went meanwhile. Audit again when nothing writes there`,
  );
}

/**
 * Why an image could not be read, as a short text.
 *
 * @throws what says nothing of the image
 */
export function reasonOf(error: unknown): string {
  const skips = error instanceof TypeError || error instanceof RangeError || error instanceof Deno.errors.NotFound;
  if (!skips) throw error;
  return error.message.split("\n")[0];
}
