/** What was made of what: a line for each image as soon as it is done, and a table at the end. */
import { join } from "node:path";
import { namesIn } from "../reconstruct/artifacts.ts";
import { type Shard, shardName } from "../reconstruct/shards.ts";
import { writeAtomic } from "../runs/atomic.ts";
import { readGroups, type Table, type ValueTypes, writeParquet } from "../tables/parquet.ts";
import { openLedger } from "./ledger.ts";

/** Columns of the table, a row for each sample. */
export const madeColumns = {
  /** Of the sample. */
  id: "string",
  /** Its `file`: what it was made of. */
  source: "string",
  /** Of the picture as it was read, pixels; null where it could not be read, or nobody wrote it down. */
  width: "whole or null",
  height: "whole or null",
  /** SHA-256 of those pixels, 8 bits, RGB. */
  pixels: "string or null",
  /** What was made, below the folder that the results go to; null: nothing was. */
  file: "string or null",
  /** Its share of the time that its batch took; NaN: its process was killed before it wrote that down. */
  seconds: "double",
  /** Why nothing was made of it; null: it was. */
  problem: "string or null",
} as const;

/** A row of the table. */
export type MadeRow = { readonly [Name in keyof typeof madeColumns]: ValueTypes[(typeof madeColumns)[Name]] };

/** The index of one shard, open for writing. */
export interface MadeIndex extends Disposable {
  /** Rows of this shard, by id. */
  readonly rows: ReadonlyMap<string, MadeRow>;
  /** Ids of which another shard's table has a row. */
  readonly elsewhere: ReadonlySet<string>;
  /** Takes in a row, in the place of an earlier one of its id; on the disk when it resolves. */
  add(row: MadeRow): Promise<void>;
  /** Writes the table, after which the lines are not needed any more. */
  write(): Promise<void>;
}

const TABLE = /^index-.*\.parquet$/;

/**
 * Opens a shard's index: the table `index-3-of-16.parquet` and, where a process was killed before it wrote that, the
 * lines of `making-3-of-16.jsonl`.
 *
 * @throws {SyntaxError} when a table is damaged, naming it
 */
export async function openMadeIndex(folder: string, shard: Shard, through: string): Promise<MadeIndex> {
  const table = join(folder, `index-${shardName(shard)}.parquet`);
  const lines = join(folder, `making-${shardName(shard)}.jsonl`);
  const rows = new Map<string, MadeRow>();
  const elsewhere = new Set<string>();
  for await (const { name } of Deno.readDir(folder)) {
    if (!TABLE.test(name)) continue;
    const file = join(folder, name);
    if (file === table) { for await (const row of rowsOf(file)) rows.set(row.id, row); }
    else for await (const { id } of readGroups(file, { id: "string" })) for (const one of id) elsewhere.add(one);
  }
  const ledger = await openLedger(lines, { guarded: true }); // by the lock of the shard
  try {
    for (const line of (await Deno.readTextFile(lines)).split("\n")) {
      if (line === "") continue;
      const { seconds, ...row } = JSON.parse(line) as MadeRow;
      rows.set(row.id, { ...row, seconds: seconds ?? NaN }); // JSON has no NaN
    }
  } catch (error) {
    ledger[Symbol.dispose]();
    throw error;
  }
  return {
    rows,
    elsewhere,
    async add(row) {
      await ledger.append(row);
      rows.set(row.id, row);
    },
    async write() {
      await writeAtomic(table, writeParquet(madeColumns, tableOf([...rows.values()])), { through });
      await Deno.remove(lines);
    },
    [Symbol.dispose]: () => ledger[Symbol.dispose](),
  };
}

/** Why samples of a folder's tables could not be read, by id; of no folder none. */
export async function problemsIn(folder: string): Promise<Map<string, string>> {
  const problems = new Map<string, string>();
  for (const name of await namesIn(folder)) {
    if (!TABLE.test(name)) continue;
    for await (const { id, problem } of readGroups(join(folder, name), { id: "string", problem: "string or null" })) {
      for (const [i, reason] of problem.entries()) if (reason !== null) problems.set(id[i], reason);
    }
  }
  return problems;
}

async function* rowsOf(file: string): AsyncGenerator<MadeRow> {
  for await (const table of readGroups(file, madeColumns)) {
    for (let i = 0; i < table.id.length; i++) {
      yield Object.fromEntries(namesOf().map((name) => [name, table[name][i]])) as unknown as MadeRow;
    }
  }
}

function tableOf(rows: readonly MadeRow[]): Table<typeof madeColumns> {
  return Object.fromEntries(
    namesOf().map((name) => [name, rows.map((row) => row[name])]),
  ) as unknown as Table<typeof madeColumns>;
}

function namesOf(): (keyof MadeRow)[] {
  return Object.keys(madeColumns) as (keyof MadeRow)[];
}
