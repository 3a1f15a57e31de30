/** Samples of data sets that lie in folders, each of which holds images of one class, generator and split. */
import { random } from "../random.ts";
import type { Label, Sample, Split } from "../types.ts";
import { holdsImages, imageNames, imagesBelow, stem } from "./files.ts";
import type { Limit } from "./options.ts";

/** A folder of images of one kind. */
export interface Place {
  /** Path below the data folder. */
  readonly folder: string;
  readonly label: Label;
  readonly generator: string | null;
  readonly set: string | null;
  readonly split: Split;
  /** Whether images in folders below it count as well; otherwise those directly inside alone. */
  readonly deep?: boolean;
  /** What an image was made from, by its path in the folder without its extension; left out: nothing but itself. */
  readonly source?: (stem: string) => string;
}

/** What {@linkcode samplesOf} is told beside the places. */
export interface Reading {
  /** The layout's kind: names the stream by which a limit draws. */
  readonly kind: string;
  readonly data: string;
  readonly limit: Limit | null;
}

/**
 * The samples of some places in their order, by name within each. Names of one folder are in memory at a time; with a
 * limit, those of all neighbouring places of one class, set and split, out of which it draws.
 */
export async function* samplesOf(places: readonly Place[], reading: Reading): AsyncGenerator<Sample> {
  const { data, limit, kind } = reading;
  if (limit === null) {
    for (const place of places) yield* allOf(place, data);
    return;
  }
  for (const group of groupsOf(places)) {
    const names: string[][] = [];
    for (const place of group) names.push(await Array.fromAsync(namesIn(place, data)));
    const { set, split, label } = group[0];
    const flat = names.flatMap((list, i) => list.map((name): [Place, string] => [group[i], name]));
    const kept = flat.length <= limit.perClass ? flat.map((_, i) => i) : drawn(flat.length, {
      ...limit,
      names: set === null ? [kind, split, label] : [kind, set, split, label],
    });
    for (const i of kept) yield sampleOf(flat[i][0], flat[i][1], data);
  }
}

/** Which of `count` a limit keeps, in their order: the same for the same seed and names. */
export function drawn(
  count: number,
  { perClass, seed, names }: Limit & { readonly names: readonly (string | number)[] },
): number[] {
  if (count <= perClass) return Array.from({ length: count }, (_, i) => i);
  return [...random(seed, ...names).permutation(count).subarray(0, perClass)].sort((a, b) => a - b);
}

/** The places that hold no image, or do not exist. */
export async function emptyPlaces(places: readonly Place[], data: string): Promise<Place[]> {
  const there = await Promise.all(places.map(({ folder, deep }) => holdsImages(`${data}/${folder}`, { deep })));
  return places.filter((_, i) => !there[i]);
}

/**
 * Refuses a data folder that was not given.
 *
 * @param expected what it is to hold, as 'GenImage/stable_diffusion_v_1_4 and so on'
 * @throws {Deno.errors.NotFound}
 */
export function dataOf(kind: string, { data, expected }: { data: string | null; expected: string }): string {
  if (data !== null) return data;
  throw new Deno.errors.NotFound(
    `Cannot read ${kind}: no data folder was given, expected the folder that holds ${expected}. ` +
      "Name that folder: data of run(), --data DIR or DATA",
  );
}

/**
 * Refuses places without images, all of them named.
 *
 * @throws {Deno.errors.NotFound}
 */
export function refuseEmpty(
  empty: readonly Place[],
  { kind, data, of, remedy }: { kind: string; data: string; of: number; remedy: string },
): void {
  if (empty.length === 0) return;
  throw new Deno.errors.NotFound(
    `Cannot read ${kind} from "${data}": found no images in ${empty.length} of ${of} folders. ${remedy}:\n` +
      empty.map(({ folder }) => `  ${folder}`).join("\n"),
  );
}

async function* allOf(place: Place, data: string): AsyncGenerator<Sample> {
  for await (const name of namesIn(place, data)) yield sampleOf(place, name, data);
}

async function* namesIn({ folder, deep }: Place, data: string): AsyncGenerator<string> {
  if (deep) yield* imagesBelow(`${data}/${folder}`);
  else yield* await imageNames(`${data}/${folder}`) ?? [];
}

function groupsOf(places: readonly Place[]): Place[][] {
  const groups: Place[][] = [];
  for (const place of places) {
    const last = groups.at(-1);
    const { set, split, label } = last?.[0] ?? {};
    if (last !== undefined && set === place.set && split === place.split && label === place.label) last.push(place);
    else groups.push([place]);
  }
  return groups;
}

function sampleOf({ folder, label, generator, set, split, source }: Place, name: string, data: string): Sample {
  const id = `${folder}/${name}`;
  return {
    id,
    file: `${data}/${id}`,
    label,
    source: source?.(stem(name)) ?? id,
    generator,
    set,
    split,
    caption: null,
  };
}
