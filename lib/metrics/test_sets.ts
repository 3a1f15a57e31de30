import type { ScoreColumns } from "../types.ts";

/** The columns that say which rows belong together. */
export type SetColumns = Pick<ScoreColumns, "set" | "corruption" | "label">;

/**
 * Rows of each test set, by its name in alphabetical order: the rows that name it and, unless those have photographs and
 * fakes of their own, the rows that belong to every set. Rows of every set that no set needs make one set, "all".
 *
 * Only images that were scored as they are count: rows with a corruption are in no set.
 */
export function testSets(columns: SetColumns): ReadonlyMap<string, Int32Array> {
  const { set, label } = columns;
  const shared: number[] = [];
  const named = new Map<string, number[]>();
  for (const row of plainRows(columns)) {
    const name = set[row];
    if (name === null) shared.push(row);
    else if (named.has(name)) named.get(name)!.push(row);
    else named.set(name, [row]);
  }
  const isWhole = (rows: readonly number[]) => rows.some((row) => label[row] !== label[rows[0]]);
  const sets = [...named].map(([name, rows]): [string, number[]] => [
    name,
    isWhole(rows) ? rows : [...rows, ...shared].sort((a, b) => a - b),
  ]);
  const alone = shared.length > 0 && (sets.length === 0 || (isWhole(shared) && [...named.values()].every(isWhole)));
  if (alone) sets.push(["all", shared]);
  return new Map(sets.sort(([a], [b]) => a < b ? -1 : 1).map(([name, rows]) => [name, Int32Array.from(rows)]));
}

/** Rows whose images were scored as they are, in their order. */
export function plainRows({ corruption }: Pick<ScoreColumns, "corruption">): number[] {
  const rows: number[] = [];
  for (let row = 0; row < corruption.length; row++) if (isPlain({ corruption }, row)) rows.push(row);
  return rows;
}

/** Whether a row's image was scored as it is. */
export function isPlain({ corruption }: Pick<ScoreColumns, "corruption">, row: number): boolean {
  return corruption[row] === null;
}

/** The rows of images to which something was done, by its name, as if they had been scored as they are. */
export function underName(scores: ScoreColumns, name: string): ScoreColumns {
  const rows = scores.corruption.flatMap((done, row) => done === name ? [row] : []);
  const taken = Object.entries(scores).map(([column, values]) => [column, rows.map((row) => values[row])]);
  return { ...Object.fromEntries(taken) as unknown as ScoreColumns, corruption: rows.map(() => null) };
}
