import { join } from "node:path";
import { readGroups, writeParquet } from "../tables/parquet.ts";
import { writeAtomic } from "./atomic.ts";

/** Name of the list in a run's folder. */
export const DATA_LIST = "data.parquet";

/** What a run reads, a row for each sample, by which a run that was begun can tell how its data has changed since. */
export interface DataRow {
  /** What the sample counts as, as "train, fake, sd14". */
  readonly group: string;
  /** Number that stands for its id. */
  readonly sample: number;
  /** Bytes of its file, and a number that stands for its content; null where no index tells. */
  readonly size: number | null;
  readonly content: number | null;
}

/** How one group of a run's data has changed. */
export interface DataChange {
  readonly group: string;
  /** Samples when the run began. */
  readonly before: number;
  readonly added: number;
  readonly removed: number;
  /** Of another size or content. */
  readonly changed: number;
}

const TYPES = { group: "string", sample: "whole", size: "whole or null", content: "whole or null" } as const;

/** Keeps the list in a run's folder, some 20 bytes for each sample. */
export async function writeDataList(folder: string, rows: readonly DataRow[]): Promise<void> {
  await writeAtomic(
    join(folder, DATA_LIST),
    writeParquet(TYPES, {
      group: rows.map(({ group }) => group),
      sample: rows.map(({ sample }) => sample),
      size: rows.map(({ size }) => size),
      content: rows.map(({ content }) => content),
    }),
  );
}

/** The list in a run's folder; null where it has none, or one that is damaged. */
export async function readDataList(folder: string): Promise<DataRow[] | null> {
  const rows: DataRow[] = [];
  try {
    for await (const { group, sample, size, content } of readGroups(join(folder, DATA_LIST), TYPES)) {
      for (const i of group.keys()) {
        rows.push({ group: group[i], sample: sample[i], size: size[i], content: content[i] });
      }
    }
    return rows;
  } catch (error) {
    const none = error instanceof Deno.errors.NotFound || error instanceof SyntaxError || error instanceof TypeError;
    if (none) return null;
    throw error;
  }
}

/** Of a finished run the hashes in its record are enough. */
export async function removeDataList(folder: string): Promise<void> {
  await Deno.remove(join(folder, DATA_LIST)).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/** The groups that have changed, in the order of the list; sizes and contents that one side does not know are equal. */
export function dataChanges(before: readonly DataRow[], now: readonly DataRow[]): DataChange[] {
  const [old, current] = [byGroup(before), byGroup(now)];
  const changes = [...new Set([...old.keys(), ...current.keys()])].map((group): DataChange => {
    const [was, is] = [old.get(group) ?? new Map<number, DataRow>(), current.get(group) ?? new Map<number, DataRow>()];
    const kept = [...is.values()].filter(({ sample }) => was.has(sample));
    const changed = kept.filter((row) => !isSame(row, was.get(row.sample)!)).length;
    return { group, before: was.size, added: is.size - kept.length, removed: was.size - kept.length, changed };
  });
  return changes.filter(({ added, removed, changed }) => added + removed + changed > 0);
}

function byGroup(rows: readonly DataRow[]): Map<string, Map<number, DataRow>> {
  const groups = new Map<string, Map<number, DataRow>>();
  for (const row of rows) {
    const group = groups.get(row.group) ?? new Map<number, DataRow>();
    groups.set(row.group, group.set(row.sample, row));
  }
  return groups;
}

function isSame(a: DataRow, b: DataRow): boolean {
  const agree = (one: number | null, other: number | null): boolean => one === null || other === null || one === other;
  return agree(a.size, b.size) && agree(a.content, b.content);
}
