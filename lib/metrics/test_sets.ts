import type { ScoreColumns } from "../types.ts";

/** The columns that say which rows belong together. */
export type SetColumns = Pick<ScoreColumns, "set" | "corruption" | "label">;

/**
 * Rows of each test set, by its name in alphabetical order: the rows that name it and, unless those have photographs and
 * fakes of their own, the rows that belong to every set. Rows that all belong to every set make one set, "all".
 *
 * Only images that were scored as they are count: rows with a corruption are in no set.
 */
export function testSets(columns: SetColumns): ReadonlyMap<string, Int32Array> {
  const { set, label } = columns;
  const plain = plainRows(columns);
  const ofNone: number[] = [];
  const named = new Map<string, number[]>();
  for (const row of plain) {
    const name = set[row];
    if (name === null) ofNone.push(row);
    else if (named.has(name)) named.get(name)!.push(row);
    else named.set(name, [row]);
  }
  if (named.size === 0) return new Map(plain.length === 0 ? [] : [["all", Int32Array.from(plain)]]);
  return new Map(
    [...named].sort(([a], [b]) => a < b ? -1 : 1).map(([name, rows]) => {
      const whole = rows.some((row) => label[row] === 1) && rows.some((row) => label[row] === 0);
      return [name, Int32Array.from(whole ? rows : [...rows, ...ofNone].sort((a, b) => a - b))];
    }),
  );
}

/** Rows whose images were scored as they are, in their order. */
export function plainRows({ corruption }: Pick<ScoreColumns, "corruption">): number[] {
  return corruption.flatMap((done, row) => done === null ? [row] : []);
}
