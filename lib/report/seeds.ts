import type { RunRecord } from "../types.ts";
import type { DifferenceOptions } from "./compare.ts";
import { type Headline, meansOver } from "./headline.ts";
import { findMethod, groupMethods, type Method } from "./methods.ts";
import { onSharedSets } from "./shared_sets.ts";

/** Difference of one pair of runs with the same seed, in fractions (−1…1). */
export interface SeedDifference extends Headline {
  /** Of both runs. */
  readonly seed: number;
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
  const numbers = ({ records }: Method, seed: number): Headline | null => {
    const found = records.find(({ experiment }) => experiment.seed === seed);
    return found === undefined ? null : meansOver(found, a.trained === null || b.trained === null ? new Set() : seen);
  };
  return a.records.flatMap(({ experiment: { seed } }) => {
    const [mine, other] = [numbers(a, seed), numbers(b, seed)];
    if (mine === null || other === null) return [];
    return [{ seed, accuracy: mine.accuracy - other.accuracy, auc: mine.auc - other.auc }];
  });
}
