import type { ScoreColumns } from "../types.ts";
import { plainRows } from "./test_sets.ts";

/** Scored rows of one run. */
export type ScoredRows = Pick<ScoreColumns, "source" | "set" | "corruption" | "label" | "score">;

/** The sources behind the rows of some runs. */
export interface Sources {
  /** Place of each source; alphabetical, so that it does not hang on the order of the rows. */
  readonly index: ReadonlyMap<string, number>;
  /** Places of the sources that appear in the same test sets on the same side. */
  readonly strata: readonly (readonly number[])[];
  /** Equal when the same sources have equally many rows in the same places. */
  readonly key: string;
}

/**
 * Finds the sources of rows and how they are stratified.
 *
 * @param runs of one method, over the same test rows
 * @throws {RangeError} when there is no run, or the runs were tested on different rows
 */
export function gatherSources(runs: readonly ScoredRows[]): Sources {
  if (runs.length === 0) throw new RangeError("Cannot resample: found no run, expected at least one");
  const keys = runs.map(appearances);
  const strata = new Map<string, number[]>();
  const index = new Map<string, number>();
  for (const [source, cells] of keys[0]) {
    const stratum = JSON.stringify(cells.map(([cell]) => cell));
    const members = strata.get(stratum);
    if (members === undefined) strata.set(stratum, [index.size]);
    else members.push(index.size);
    index.set(source, index.size);
  }
  const [key, ...others] = keys.map((key) => JSON.stringify(key));
  const other = others.findIndex((other) => other !== key);
  if (other >= 0) {
    throw new RangeError(
      `Cannot resample: run 1 has ${runs[0].label.length} test rows of ${keys[0].length} sources, run ${
        other + 2
      } has ` +
        `${runs[other + 1].label.length} of ${keys[other + 1].length}, expected the same rows of the same sources; ` +
        `compare runs that were tested on the same data`,
    );
  }
  return { index, strata: [...strata.values()], key };
}

/** Each source in alphabetical order with the cells (test set and side) it appears in, uncorrupted, and how often. */
function appearances(rows: ScoredRows): [string, [string, number][]][] {
  const { source, set, label } = rows;
  const counts = new Map<string, Map<string, number>>();
  for (const row of plainRows(rows)) {
    const cells = counts.get(source[row]) ?? new Map<string, number>();
    const cell = JSON.stringify([set[row], label[row]]);
    counts.set(source[row], cells.set(cell, (cells.get(cell) ?? 0) + 1));
  }
  return [...counts].map(([name, cells]): [string, [string, number][]] => [name, [...cells].sort(byName)]).sort(byName);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
