import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { RunRecord } from "../types.ts";
import { wholeLines } from "./event_log.ts";
import { beginCopy, type Copy, INDEX } from "./index_copy.ts";
import { fromJson, toJsonLine } from "./record.ts";

/** What the index keeps of a record: all that lists, and comparisons without intervals, need. */
export interface RunSummary extends
  Pick<
    RunRecord,
    "id" | "fingerprint" | "data" | "status" | "error" | "started" | "seconds" | "metrics" | "experiment"
  > {
  /** Whole epochs behind it. */
  readonly epochs: number;
  /** Steps behind it at the end of the last of them. */
  readonly steps: number;
}

/** A run's folder by its name, and a text that changes with its record. */
export interface Place {
  readonly folder: string;
  readonly stamp: string;
}

/** What a record says, or why it says nothing; both null where there is none. */
export interface Found {
  readonly summary: RunSummary | null;
  readonly problem: string | null;
}

/** The form of lines that this version writes; those of another are passed over. To be raised when fields change. */
const FORM = 1;

/** So many records are read at once. */
const AT_ONCE = 64;

/**
 * What some runs' records say, in their order: out of `index.jsonl` where that has a line with the stamp, otherwise by `read`.
 * An index that turns out to be stale is written anew on the way and takes the place of the old one after the last
 * run. It is a cache, so nothing about it is an error: what is damaged or of another form is as if it were not
 * there, and a runs folder that cannot be written has none. Of two who write it at once the later one's stays, whole.
 *
 * @param places all that the index shall know, by rising names of their folders
 * @param read looks into the record; problems are not kept, so that a repair is seen
 */
export async function* indexed(
  runs: string,
  places: readonly Place[],
  read: (place: Place) => Promise<Found>,
): AsyncGenerator<Found, void> {
  const file = join(runs, INDEX);
  const old = readIndex(file);
  let copy: Copy | null = null;
  try {
    let kept = 0; // lines that begin both the old index and the new one
    for (let from = 0; from < places.length; from += AT_ONCE) {
      const part = places.slice(from, from + AT_ONCE);
      const known: (Known | null)[] = [];
      for (const place of part) known.push(await old.find(place));
      const found = await Promise.all(known.map((line, i) => line ?? read(part[i])));
      for (const [i, { summary, problem }] of found.entries()) {
        if (summary !== null) {
          const line = known[i]?.text ?? lineOf(part[i], summary);
          if (known[i] === null || old.stale()) copy ??= await beginCopy(file, kept);
          if (copy === null) kept++;
          else await copy.add(line);
        }
        yield { summary, problem };
      }
    }
    await old.end();
    if (old.stale()) copy ??= await beginCopy(file, kept);
    await copy?.finish();
  } finally {
    await old.close();
    await copy?.discard();
  }
}

/** A line of the index as it stands there, and what it says. */
interface Known {
  readonly text: string;
  readonly summary: RunSummary;
  readonly problem: null;
}

interface OldIndex {
  /** The line of a place; to be asked for by rising names. */
  find(place: Place): Promise<Known | null>;
  /** Reads what is left. */
  end(): Promise<void>;
  /** Whether lines were read that are not to stay. */
  stale(): boolean;
  close(): Promise<void>;
}

function readIndex(file: string): OldIndex {
  const lines = wholeLines(file);
  let ahead: (Known & Place) | null = null; // read and not yet asked for
  let passed = ""; // the folder of the last line that could be used
  let stale = false;
  const next = async (): Promise<(Known & Place) | null> => {
    for (;;) {
      // an index that cannot be read ends there
      const { done, value } = await lines.next().catch(() => ({ done: true, value: undefined } as const));
      if (done) return null;
      const line = parseLine(value);
      if (line !== null && line.folder > passed) {
        passed = line.folder;
        return line;
      }
      stale = true;
    }
  };
  return {
    find: async ({ folder, stamp }) => {
      ahead ??= await next();
      while (ahead !== null && ahead.folder < folder) {
        stale = true;
        ahead = await next();
      }
      if (ahead?.folder !== folder) return null;
      const line = ahead;
      ahead = null;
      if (line.stamp === stamp) return line;
      stale = true;
      return null;
    },
    end: async () => {
      stale ||= (ahead ?? await next()) !== null;
    },
    stale: () => stale,
    close: async () => void await lines.return(undefined),
  };
}

/** A line: JSON, and in its first field the form of the others and their checksum, so that no damage is taken for a number. */
function lineOf(place: Place, summary: RunSummary): string {
  const rest = toJsonLine({ ...place, ...summary }).slice(1).trimEnd();
  return `{"index":"${FORM}-${crc32(rest)}",${rest}`;
}

function parseLine(line: string): (Known & Place) | null {
  const [head, form, sum] = /^\{"index":"(\d+)-(\d+)",/.exec(line) ?? [""];
  const rest = line.slice(head.length);
  if (Number(form) !== FORM || Number(sum) !== crc32(rest)) return null;
  const { folder, stamp, ...summary } = fromJson(`{${rest}`) as Place & RunSummary;
  return { folder, stamp, text: line, summary, problem: null };
}
