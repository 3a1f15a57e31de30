import type { Metrics } from "../types.ts";

/** How one metric lies over the generators. */
export interface OverGenerators {
  /** Each counting the same. */
  readonly mean: number;
  /** Standard deviation with n − 1 in the denominator; null for one generator. */
  readonly deviation: number | null;
  readonly minimum: number;
  readonly maximum: number;
}

/**
 * Mean, standard deviation and ends of every metric over generators. For accuracies, AUC and their like the minimum is
 * the worst generator; for error rates, Brier, NLL and ECE it is the maximum.
 *
 * @param sets metrics of each test set; a "mean" among them, as records have it, does not count
 * @returns metrics that every set has
 * @throws {RangeError} when there is no set
 */
export function overGenerators(sets: Readonly<Record<string, Metrics>>): Record<string, OverGenerators> {
  const rows = Object.entries(sets).flatMap(([set, metrics]) => set === "mean" ? [] : [metrics]);
  if (rows.length === 0) throw new RangeError("Cannot summarise generators: found no test set, expected at least one");
  const names = Object.keys(rows[0]).filter((name) => rows.every((row) => name in row));
  return Object.fromEntries(names.map((name) => [name, spread(rows.map((row) => row[name]))]));
}

function spread(values: readonly number[]): OverGenerators {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    deviation: values.length === 1 ? null : Math.sqrt(squares / (values.length - 1)),
    minimum: Math.min(...values),
    maximum: Math.max(...values),
  };
}
