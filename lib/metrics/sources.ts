import { random } from "../random.ts";
import type { ScoreColumns } from "../types.ts";
import { isPlain } from "./test_sets.ts";

/** Scored rows of one run. */
export type ScoredRows = Pick<ScoreColumns, "source" | "set" | "corruption" | "label" | "score">;

/** The sources behind the rows of some runs. */
export interface Sources {
  /** By run: the place of each row's source, −1 for rows with a corruption. */
  readonly places: readonly Int32Array[];
  /** How many sources there are. Their places are alphabetical, so that they do not hang on the order of the rows. */
  readonly size: number;
  /** Places of the sources that appear in the same test sets on the same side. */
  readonly strata: readonly Int32Array[];
  /** Equal when the same sources have equally many rows in the same places. */
  readonly key: string;
}

/**
 * Finds the sources of rows and how they are stratified. Columns of numbers all through: of a million rows of
 * as many sources this takes 1.9 s and 130 MB, where a map of maps took 7.9 s and 600 MB.
 *
 * @param runs of one method, over the same test rows
 * @throws {RangeError} when there is no run, or the runs were tested on different rows
 */
export function gatherSources(runs: readonly ScoredRows[]): Sources {
  if (runs.length === 0) throw new RangeError("Cannot resample: found no run, expected at least one");
  const [first, ...others] = runs.map(appearances);
  const other = others.findIndex(({ key }) => key !== first.key);
  if (other >= 0) {
    throw new RangeError(
      `Cannot resample: run 1 has ${runs[0].label.length} test rows of ${first.size} sources, run ${other + 2} has ` +
        `${runs[other + 1].label.length} of ${others[other].size}, expected the same rows of the same sources; ` +
        `compare runs that were tested on the same data`,
    );
  }
  const { size, strata, key } = first;
  return { places: [first.places, ...others.map(({ places }) => places)], size, strata, key };
}

/**
 * Sources put together at random, so that a draw draws fewer: a stratum of more than `most` becomes that many groups,
 * equally large but for one source. How far a statistic moves with them is, on average, how far it moves with sources;
 * of 1,000 groups an interval is 2 % too wide or too narrow, as one standard error.
 *
 * Source: the random groups of Wolter 2007, chapter 2, with the bootstrap over them.
 */
export function groupSources(
  sources: Sources,
  { most, seed }: { readonly most: number; readonly seed: number },
): Sources {
  if (sources.strata.every(({ length }) => length <= most)) return sources;
  const groupOf = new Int32Array(sources.size);
  let size = 0;
  const strata = sources.strata.map((stratum, i) => {
    const order = random(seed, "groups", i).permutation(stratum.length);
    const count = Math.min(most, stratum.length);
    for (let k = 0; k < order.length; k++) groupOf[stratum[order[k]]] = size + k % count;
    size += count;
    return Int32Array.from({ length: count }, (_, k) => size - count + k);
  });
  const places = sources.places.map((column) => column.map((place) => place < 0 ? place : groupOf[place]));
  return { places, size, strata, key: sources.key };
}

interface Appearances extends Omit<Sources, "places"> {
  readonly places: Int32Array;
}

/** Where the sources of one run appear: in which cells (test set and side), uncorrupted, and how often. */
function appearances(rows: ScoredRows): Appearances {
  const { names, places } = placesOf(rows);
  const cells = cellsOf(rows);
  // one number for each row, its source before its cell: sorted, equal ones stand together
  const pairs = new Float64Array(places.length);
  let count = 0;
  for (let row = 0; row < places.length; row++) {
    if (places[row] >= 0) pairs[count++] = places[row] * cells.names.length + cells.of[row];
  }
  const sorted = pairs.subarray(0, count).sort();
  const strata = new Map<string, number[]>();
  const hash = hasher();
  for (const name of cells.names) hash.text(name);
  for (let start = 0; start < count;) {
    const source = Math.floor(sorted[start] / cells.names.length);
    let stratum = "";
    hash.text(names[source]);
    while (start < count && Math.floor(sorted[start] / cells.names.length) === source) {
      const pair = sorted[start];
      let end = start + 1;
      while (end < count && sorted[end] === pair) end++;
      const cell = pair - source * cells.names.length;
      stratum = stratum === "" ? String(cell) : `${stratum},${cell}`;
      hash.number(cell);
      hash.number(end - start);
      start = end;
    }
    const members = strata.get(stratum);
    if (members === undefined) strata.set(stratum, [source]);
    else members.push(source);
  }
  const all = [...strata.values()].map((members) => Int32Array.from(members));
  return { places, size: names.length, strata: all, key: hash.digest() };
}

interface Places {
  readonly names: readonly string[];
  readonly places: Int32Array;
  readonly corruption: ScoredRows["corruption"];
}

/** By the columns of sources: the same images are drawn set by set and in all, and most of the work is to find and sort them. */
const known = new WeakMap<ScoredRows["source"], Places>();

/** Sources in alphabetical order, and the place of each row's. */
function placesOf(rows: ScoredRows): Places {
  const { source, corruption } = rows;
  const last = known.get(source);
  if (last?.corruption === corruption) return last;
  const seen = new Map<string, number>();
  const places = new Int32Array(source.length).fill(-1);
  for (let row = 0; row < source.length; row++) {
    if (!isPlain(rows, row)) continue;
    const known = seen.get(source[row]);
    places[row] = known ?? seen.size;
    if (known === undefined) seen.set(source[row], seen.size);
  }
  const names = [...seen.keys()];
  const sorted = isSorted(names) ? names : names.toSorted(); // by UTF-16 code units, as < compares
  if (sorted !== names) {
    const moved = new Int32Array(names.length);
    for (const [place, name] of sorted.entries()) moved[seen.get(name)!] = place;
    for (let row = 0; row < places.length; row++) if (places[row] >= 0) places[row] = moved[places[row]];
  }
  const made = { names: sorted, places, corruption };
  known.set(source, made);
  return made;
}

function isSorted(names: readonly string[]): boolean {
  for (let i = 1; i < names.length; i++) if (names[i] < names[i - 1]) return false;
  return true;
}

/** Cells in alphabetical order, and that of each row. */
function cellsOf({ set, label, corruption }: ScoredRows): { names: readonly string[]; of: Int32Array } {
  const cells = [new Map<string | null, number>(), new Map<string | null, number>()]; // by label, then by set
  const found: string[] = [];
  const first = new Int32Array(set.length);
  for (let row = 0; row < set.length; row++) {
    if (!isPlain({ corruption }, row)) continue;
    const side = cells[label[row]];
    if (side === undefined) continue; // no label: refused where the set is ranked
    const known = side.get(set[row]);
    first[row] = known ?? found.length;
    if (known === undefined) {
      side.set(set[row], found.length);
      found.push(JSON.stringify([set[row], label[row]]));
    }
  }
  const names = found.toSorted();
  const moved = found.map((name) => names.indexOf(name));
  return { names, of: first.map((cell) => moved[cell]) };
}

/** 64 bits of what it was given, by two hashes as FNV-1a: enough to tell the rows of two runs apart. */
function hasher(): { text(value: string): void; number(value: number): void; digest(): string } {
  let a = 0x811c9dc5, b = 0x01000193;
  const number = (value: number): void => {
    a = Math.imul(a ^ value, 0x01000193);
    b = Math.imul(b ^ value, 0x85ebca6b);
    b ^= b >>> 13;
  };
  const text = (value: string): void => {
    for (let i = 0; i < value.length; i++) number(value.charCodeAt(i));
    number(-1);
  };
  return { text, number, digest: () => `${(a >>> 0).toString(16)}-${(b >>> 0).toString(16)}` };
}
