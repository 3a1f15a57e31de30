/** What an index comes to, by class and generator. */
import { createHash } from "node:crypto";
import { readGroups } from "../tables/parquet.ts";
import { indexColumns, type IndexRow } from "./index_rows.ts";

/** Counts of one class of one generator in one split. */
export interface IndexGroup {
  readonly split: string;
  readonly label: string;
  /** Of photographs the set that they stand beside; null: of none. */
  readonly generator: string | null;
  /** Samples that a run can use. */
  there: number;
  missing: number;
  unreadable: number;
  /** Of those there, how many stand in another split as well: the same content where it was hashed, the same source. */
  elsewhere: number;
  /** Of those there, by format. */
  readonly formats: Record<string, number>;
  /** Bytes of those there. */
  bytes: number;
}

/** Counts rows, and finds those that stand in several splits. */
export interface Tally {
  readonly groups: readonly IndexGroup[];
  /** The first samples that no run can use, and why. */
  readonly problems: readonly { readonly id: string; readonly problem: string }[];
  add(row: IndexRow): void;
  /** To be called when all rows are added and stand in this file. */
  compareSplits(file: string): Promise<void>;
}

const MOST_PROBLEMS = 20;
const SPLITS = ["train", "validation", "test"];

/** An empty tally. */
export function tally(): Tally {
  const groups = new Map<string, IndexGroup>();
  const problems: Tally["problems"][number][] = [];
  const sources = keys();
  const contents = keys();
  const groupOf = ({ split, label, generator, set }: Pick<IndexRow, "split" | "label" | "generator" | "set">) => {
    const name = generator ?? set;
    const key = JSON.stringify([split, label, name]);
    let group = groups.get(key);
    if (group === undefined) {
      group = {
        split,
        label,
        generator: name,
        there: 0,
        missing: 0,
        unreadable: 0,
        elsewhere: 0,
        formats: {},
        bytes: 0,
      };
      groups.set(key, group);
    }
    return group;
  };
  return {
    problems,
    get groups() {
      return [...groups.values()];
    },
    add(row) {
      const group = groupOf(row);
      if (row.problem !== null) {
        if (row.problem === "missing") group.missing++;
        else group.unreadable++;
        if (problems.length < MOST_PROBLEMS) problems.push({ id: row.id, problem: row.problem });
        return;
      }
      group.there++;
      group.bytes += row.size ?? 0;
      group.formats[row.format!] = (group.formats[row.format!] ?? 0) + 1;
      sources.add(row.source, row.split);
      if (row.sha256 !== null) contents.add(row.sha256, row.split);
    },
    async compareSplits(file) {
      const [source, content] = [sources.inSeveral(), contents.inSeveral()];
      if (source.size + content.size === 0) return;
      const { split, label, generator, set, problem, sha256 } = indexColumns;
      const types = { split, label, generator, set, problem, sha256, source: indexColumns.source };
      for await (const rows of readGroups(file, types)) {
        for (const [i, why] of rows.problem.entries()) {
          if (why !== null) continue;
          const hash = rows.sha256[i];
          if (!source.has(keyOf(rows.source[i])) && !(hash !== null && content.has(keyOf(hash)))) continue;
          const at = { split: rows.split[i], label: rows.label[i], generator: rows.generator[i], set: rows.set[i] };
          groupOf(at).elsewhere++;
        }
      }
    },
  };
}

/** Which of many texts were added under several splits: eight bytes each. */
interface Keys {
  add(text: string, split: string): void;
  /** Keys of texts. */
  inSeveral(): Set<number>;
}

function keys(): Keys {
  let known = new Float64Array(1024);
  let count = 0;
  return {
    add(text, split) {
      if (count === known.length) {
        const larger = new Float64Array(2 * count);
        larger.set(known);
        known = larger;
      }
      known[count++] = keyOf(text) * 4 + SPLITS.indexOf(split);
    },
    inSeveral() {
      const sorted = known.subarray(0, count).sort();
      const several = new Set<number>();
      for (let i = 1; i < count; i++) {
        const key = Math.floor(sorted[i] / 4);
        if (sorted[i] !== sorted[i - 1] && key === Math.floor(sorted[i - 1] / 4)) several.add(key);
      }
      return several;
    },
  };
}

/** 50 bits of a hash: of three million texts two share a key with a chance of 0.4 %. */
function keyOf(text: string): number {
  const digest = createHash("sha256").update(text).digest();
  return digest.readUIntBE(0, 6) * 4 + (digest[6] >> 6);
}
