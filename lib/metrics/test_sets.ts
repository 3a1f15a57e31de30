/** The columns that say which rows belong together. */
export interface SetColumns {
  /** Test set of the row, null: part of every set. */
  readonly set: readonly (string | null)[];
}

/**
 * Rows of each test set, by its name in alphabetical order: the rows that name it and those that belong to every set.
 * Rows that all belong to every set make one set, "all".
 */
export function testSets({ set }: SetColumns): ReadonlyMap<string, Int32Array> {
  const names = [...new Set(set)].filter((name) => name !== null).sort();
  if (names.length === 0) names.push("all");
  return new Map(names.map((name) => {
    const rows: number[] = [];
    for (let row = 0; row < set.length; row++) if (set[row] === null || set[row] === name) rows.push(row);
    return [name, Int32Array.from(rows)];
  }));
}
