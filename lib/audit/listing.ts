import { EmptySplit, innermost, type Layout, readSamples, type Roots, splitless } from "../layouts/mod.ts";
import type { Sample, Split } from "../types.ts";

/** One split of one data set. */
export interface Source {
  /** The data set. */
  readonly layout: Layout;
  /** Which part of it. */
  readonly split: Split;
  /** Whether the data set may lack the split. */
  readonly optional: boolean;
}

/** Images that are told of together. */
export interface Group {
  /** Their class. */
  readonly label: Sample["label"];
  /** The generator of fakes; of photographs the test set that they belong to, "all" where every set has the same. */
  readonly name: string;
  /** Which part of it. */
  readonly split: Split;
}

/** All images of some data sets as they are listed, without a look into any. */
export interface Listing {
  readonly groups: readonly Group[];
  /** Of each group, how many images it has. */
  readonly counts: readonly number[];
  /** Of each group the largest key of the images that are looked at; Infinity: all are. */
  readonly bounds: readonly number[];
  /** How many those are, of all groups. */
  readonly total: number;
}

/** Every split of a data set that it has; one that is whatever split it is asked for, as folders are, once. */
export function everySplit(layout: Layout): Source[] {
  if (splitless.includes(innermost(layout).kind)) return [{ layout, split: "test", optional: false }];
  return (["train", "validation", "test"] as const).map((split) => ({ layout, split, optional: true }));
}

/** The samples of all sources one after the other; those of a split that may be missing, where it is there. */
export async function* samplesOf(
  sources: readonly Source[],
  { data, tell }: Pick<Roots, "data" | "tell">,
): AsyncGenerator<Sample> {
  for (const { layout, split, optional } of sources) {
    try {
      yield* readSamples(layout, { data, split, tell });
    } catch (error) {
      if (!optional || !(error instanceof EmptySplit)) throw error;
    }
  }
}

/**
 * Counts the images of each group; of more than `limit` so many are chosen by {@linkcode keyOf}, which a second listing
 * finds again without a list of them.
 *
 * @throws {RangeError} when there is no image
 */
export async function listGroups(
  sources: readonly Source[],
  { limit, signal, ...roots }: Pick<Roots, "data" | "tell"> & {
    readonly limit: number | null;
    readonly signal?: AbortSignal;
  },
): Promise<Listing> {
  const places = new Map<string, number>();
  const groups: Group[] = [];
  const keys: number[][] = [];
  const counts: number[] = [];
  for await (const sample of samplesOf(sources, roots)) {
    signal?.throwIfAborted();
    const group = groupOf(sample);
    const place = placeIn(places, group);
    if (place === groups.length) {
      groups.push(group);
      keys.push([]);
      counts.push(0);
    }
    counts[place]++;
    if (limit !== null) keys[place].push(keyOf(sample.id));
  }
  if (groups.length === 0) {
    throw new RangeError("Cannot audit the data: found no image in any split, expected photographs and fakes");
  }
  const bounds = keys.map((own) => boundOf(own, limit));
  // counted, not `limit`: of millions two may share the last key
  const total = counts.reduce(
    (sum, count, i) => sum + (bounds[i] === Infinity ? count : keys[i].filter((key) => key <= bounds[i]).length),
    0,
  );
  return { groups, counts, bounds, total };
}

/** Keys at most this belong to the `limit` smallest. */
export function boundOf(keys: ArrayLike<number>, limit: number | null): number {
  if (limit === null || keys.length <= limit) return Infinity;
  return Float64Array.from(keys).sort()[limit - 1];
}

/** The group that a sample belongs to. */
export function groupOf({ label, generator, set, split }: Sample): Group {
  return { label, name: (label === "fake" ? generator ?? set : set) ?? "all", split };
}

/** Place of a group among those met so far, the next free one for a new group, which it is given. */
export function placeIn(places: Map<string, number>, { label, name, split }: Group): number {
  const key = `${label}/${split}/${name}`;
  const place = places.get(key) ?? places.size;
  places.set(key, place);
  return place;
}

/** A number for a text, evenly spread over 0…2³² − 1: FNV-1a, mixed by the finaliser of MurmurHash3. */
export function keyOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
