import { accuracy, auc, testSets } from "../metrics/mod.ts";
import type { RunRecord } from "../types.ts";
import type { DifferenceOptions } from "./compare.ts";
import { findMethod, groupMethods, type Method } from "./methods.ts";
import { onSharedSets } from "./shared_sets.ts";

/** Difference of one pair of runs with the same seed, in fractions (−1…1). */
export interface SeedDifference {
  readonly seed: number;
  readonly accuracy: number;
  readonly auc: number;
}

/**
 * Differences `of` − `against` seed by seed, over the unseen generators where it is known which those are, otherwise
 * over all test sets: what the paired difference averages, so that a reader sees how far the seeds lie apart.
 *
 * @returns by rising seed, only seeds that both methods have
 * @throws {RangeError} when a method is unknown
 */
export function differencesBySeed(
  records: readonly RunRecord[],
  { of, against }: DifferenceOptions,
): SeedDifference[] {
  const methods = groupMethods(onSharedSets(records));
  const [a, b] = [findMethod(methods, of), findMethod(methods, against)];
  const seen = new Set([...a.trained ?? [], ...b.trained ?? []]);
  const numbers = ({ records }: Method, seed: number): Omit<SeedDifference, "seed"> | null => {
    const found = records.find(({ experiment }) => experiment.seed === seed);
    return found === undefined ? null : meansOf(found, a.trained === null || b.trained === null ? new Set() : seen);
  };
  return a.records.flatMap(({ experiment: { seed } }) => {
    const [mine, other] = [numbers(a, seed), numbers(b, seed)];
    if (mine === null || other === null) return [];
    return [{ seed, accuracy: mine.accuracy - other.accuracy, auc: mine.auc - other.auc }];
  });
}

/** Means over the test sets that are not left out; over all when none would stay. */
function meansOf({ scores }: RunRecord, without: ReadonlySet<string>): { accuracy: number; auc: number } {
  const sets = [...testSets(scores)];
  const unseen = sets.filter(([name]) => !without.has(name));
  const kept = (unseen.length === 0 ? sets : unseen).map(([, rows]) => {
    const columns = [scores.label, scores.score].map((column) => Array.from(rows, (row) => column[row]));
    return { accuracy: accuracy(columns[0], columns[1]), auc: auc(columns[0], columns[1]) };
  });
  const mean = (name: "accuracy" | "auc"): number => kept.reduce((sum, one) => sum + one[name], 0) / kept.length;
  return { accuracy: mean("accuracy"), auc: mean("auc") };
}
