import { mcnemar, testSets } from "../metrics/mod.ts";
import type { ScoreColumns } from "../types.ts";

/**
 * p-values of McNemar's exact test of two runs' calls at 0.5, by test set.
 *
 * @returns empty where the two were not tested on the same images
 */
export function mcnemarBySet(of: ScoreColumns, against: ScoreColumns): ReadonlyMap<string, number> {
  const others = testSets(against);
  return new Map([...testSets(of)].flatMap(([set, rows]): [string, number][] => {
    const scores = new Map(Array.from(others.get(set) ?? [], (row) => [against.id[row], against.score[row]]));
    const paired = Array.from(rows, (row) => scores.get(of.id[row]));
    if (scores.size !== rows.length || paired.includes(undefined)) return [];
    const labels = Array.from(rows, (row) => of.label[row]);
    return [[set, mcnemar(labels, [Array.from(rows, (row) => of.score[row]), paired as number[]]).p]];
  }));
}
