import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { Layout } from "../layouts/mod.ts";
import { writeAtomic } from "../runs/atomic.ts";
import { lockFile } from "../runs/lock_file.ts";
import { joinParquet } from "../tables/join.ts";
import { type Table, writeParquet } from "../tables/parquet.ts";
import type { Sample } from "../types.ts";
import { type Earlier, earlierRows } from "./index_earlier.ts";
import { look } from "./index_look.ts";
import { INDEX_GROUP, indexColumns, type IndexRow } from "./index_rows.ts";
import { type IndexGroup, tally } from "./index_tally.ts";
import { measureExtent, type Missing, walkSamples } from "./index_walk.ts";

/** How an index is made. */
export interface Indexing {
  /** Folder that holds the data sets; null: none was given. */
  readonly data: string | null;
  /** The index; one that is there is taken for what has not changed since. */
  readonly file: string;
  /** Whether content is hashed, which reads all of every file instead of its header. */
  readonly hash: boolean;
  /** Stops it; what was found stays for the next time. */
  readonly signal?: AbortSignal;
  /** Rows that are written, and read again, together; default {@linkcode INDEX_GROUP}. */
  readonly group?: number;
}

/** What an index holds. */
export interface IndexReport {
  readonly file: string;
  /** Identity of the data: hash over every row's sample, size and content, and those of its error map. */
  readonly identity: string;
  readonly rows: number;
  readonly groups: readonly IndexGroup[];
  /** Parts of the data set that are not there. */
  readonly missing: readonly Missing[];
  /** The first samples that no run can use, and why. */
  readonly problems: readonly { readonly id: string; readonly problem: string }[];
}

/** Files that are being looked at at one time: a disk over a network answers many at once. */
const ABREAST = 128;

/**
 * Indexes a data set: looks at the file of every sample of every split, and writes what it finds as a parquet file. Takes
 * the memory of a few groups of rows and, to compare the splits, at most 16 bytes for each. Finished groups
 * are on the disk, in a folder beside the file, so that whoever is killed goes on from there: only what is new, or has
 * another size or time than an earlier index says, is read.
 *
 * @returns the report; on the way, how many of how many samples are done
 * @throws {Deno.errors.NotFound} when nothing of the data set is there
 * @throws {Error} when another process makes the same index; names it
 * @throws {DOMException} "AbortError" when `signal` stops it
 */
export async function* indexData(
  layout: Layout,
  { data, file, hash, signal, group = INDEX_GROUP }: Indexing,
): AsyncGenerator<{ readonly done: number; readonly total: number }, IndexReport> {
  await Deno.mkdir(dirname(file), { recursive: true });
  using _lock = await lockFile(
    `${file}.lock`,
    (who) =>
      `Cannot make the index "${file}": ${who} is making it. Wait for it, or end it; the same command then goes on ` +
      "from what it found",
  );
  const extent = await measureExtent(layout, data);
  const folder = `${file}.parts`;
  await Deno.mkdir(folder, { recursive: true });
  const before = await partsIn(folder);
  const earlier = await earlierRows([...before, file]);
  const counted = tally();
  const identity = createHash("sha256");
  const parts: string[] = [];
  let done = 0;
  yield { done, total: extent.samples };
  for await (const samples of inGroups(walkSamples(extent, data), group)) {
    const rows: IndexRow[] = [];
    for await (const some of lookedAt(samples, { hash, earlier, signal })) {
      rows.push(...some);
      yield { done: done + rows.length, total: Math.max(extent.samples, done + rows.length) };
    }
    for (const row of rows) {
      counted.add(row);
      const map = row.mapSize === null ? [] : [row.mapSize, row.mapSha256];
      identity.update(`${JSON.stringify([row.id, row.size, row.sha256, ...map])}\n`);
    }
    const part = join(folder, `${String(parts.length).padStart(5, "0")}.parquet`);
    await writeAtomic(part, writeParquet(indexColumns, tableOf(rows)));
    parts.push(part);
    done += rows.length;
    await earlier.advance();
  }
  const whole = join(folder, "whole"); // whatever a kill leaves lies in the folder of parts
  await writeAtomic(whole, joinParquet(parts));
  await Deno.rename(whole, file);
  await Deno.remove(folder, { recursive: true });
  await counted.compareSplits(file);
  const { groups, problems } = counted;
  return { file, identity: identity.digest("hex"), rows: done, groups, missing: extent.missing, problems };
}

async function* inGroups(samples: AsyncIterable<Sample>, size: number): AsyncGenerator<Sample[], void> {
  let group: Sample[] = [];
  for await (const sample of samples) {
    group.push(sample);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

async function* lookedAt(
  samples: readonly Sample[],
  { hash, earlier, signal }: { readonly hash: boolean; readonly earlier: Earlier; readonly signal?: AbortSignal },
): AsyncGenerator<IndexRow[], void> {
  for (let from = 0; from < samples.length; from += ABREAST) {
    signal?.throwIfAborted();
    const some = samples.slice(from, from + ABREAST);
    yield await Promise.all(some.map((sample) => look(sample, { hash, earlier: earlier.find })));
  }
}

async function partsIn(folder: string): Promise<string[]> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  return names.filter((name) => name.endsWith(".parquet")).sort().map((name) => join(folder, name));
}

function tableOf(rows: readonly IndexRow[]): Table<typeof indexColumns> {
  const names = Object.keys(indexColumns) as (keyof IndexRow)[];
  return Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])])) as unknown as Table<
    typeof indexColumns
  >;
}
