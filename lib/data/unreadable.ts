/** Images that cannot be read: passed over, listed, and no more of them than a definition allows. */
import { thousands } from "../report/numbers.ts";
import type { Sample, Split, Unreadable } from "../types.ts";

/** Share of a split that may be unreadable where a definition does not say. */
export const MAX_SKIPPED = 0.01;

/** Keeps what could not be read. */
export interface Ledger {
  /**
   * Takes in an image that could not be read.
   *
   * @throws {Error} when there are more of its split than allowed, naming some
   */
  note(sample: Sample, at: { readonly split: Split; readonly reason: string }): void;
  /** What the user has not been told yet, a sentence each. */
  news(): string[];
}

/**
 * A ledger of what is unreadable. A share counts images that were met since it was opened, so that a run whose files
 * were mended goes on.
 *
 * @param rows those that are known from before, moved on in place: each image once for each split
 * @param options `counts`: images of each split; `maxSkipped`: share of a split that may be unreadable, null: 1 %;
 * `leftOut`: images that are not among those any more, since nothing could be made of them, and count as met; `gathering`:
 * whether those that are noted will be such
 */
export function unreadableLedger(
  rows: Unreadable[],
  { name, counts, maxSkipped, leftOut = [], gathering = false }: {
    readonly name: string;
    readonly counts: Readonly<Record<Split, number>>;
    readonly maxSkipped: number | null;
    readonly leftOut?: readonly Unreadable[];
    readonly gathering?: boolean;
  },
): Ledger {
  const allowed = maxSkipped ?? MAX_SKIPPED;
  const keyOf = ({ split, id }: Pick<Unreadable, "split" | "id">): string => `${split} ${id}`;
  const listed = new Set(rows.map(keyOf));
  const met: Record<Split, Map<string, Unreadable>> = { train: new Map(), validation: new Map(), test: new Map() };
  const list = (row: Unreadable): void => {
    if (!listed.has(keyOf(row))) rows.push(row);
    listed.add(keyOf(row));
  };
  const all = { ...counts };
  for (const row of leftOut) {
    list(row);
    met[row.split].set(row.id, row);
    all[row.split]++;
  }
  let news: string[] = [];
  return {
    note({ id, file }, { split, reason }) {
      const row: Unreadable = { id, file, split, reason };
      list(row);
      const found = met[split];
      if (found.has(id)) return;
      found.set(id, row);
      if (found.size > allowed * all[split]) {
        throw tooMany([...found.values()], { name, of: all[split], allowed });
      }
      if (Number.isInteger(Math.log10(found.size))) news.push(newsOf(found.size, { row, of: all[split], gathering }));
    },
    news() {
      const told = news;
      news = [];
      return told;
    },
  };
}

/** What is done without the images of a split. */
const WITHOUT: Readonly<Record<Split, string>> = {
  train: "others of the class stand in",
  validation: "they are left out",
  test: "they are left out",
};

function newsOf(
  count: number,
  { row: { split, reason }, of, gathering }: { row: Unreadable; of: number; gathering: boolean },
): string {
  const state = gathering
    ? "are left out so far, since nothing can be made of them"
    : `cannot be read so far, ${WITHOUT[split]}`;
  return `${thousands(count)} of ${thousands(of)} ${split} images ${state}: ${reason}`;
}

function tooMany(
  found: readonly Unreadable[],
  { name, of, allowed }: { readonly name: string; readonly of: number; readonly allowed: number },
): Error {
  const shown = found.slice(-3).map(({ reason }) => `  ${reason}`);
  const percent = Number((100 * allowed).toPrecision(3));
  return new Error(
    `Cannot go on with "${name}": ${thousands(found.length)} of ${thousands(of)} ${found[0].split} images cannot be ` +
      `read, more than the ${percent} % that "data.maxSkipped" allows. Restore them, or allow more; the last are\n` +
      shown.join("\n"),
  );
}

/** Passes over nothing: what cannot be read is an error. */
export const refusing: Ledger = {
  note(_sample, { reason }) {
    throw new TypeError(reason);
  },
  news: () => [],
};
