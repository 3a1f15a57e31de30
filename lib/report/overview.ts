import { type ColumnTable, from } from "arquero";
import { canonical } from "../definition/fingerprint.ts";
import type { RunRecord } from "../types.ts";
import { type Comparable, groupMethods, type Method } from "./methods.ts";
import { metricTitles } from "./numbers.ts";
import { onSharedSets } from "./shared_sets.ts";
import { definitionColumns } from "./variants.ts";

/** The statistics of an overview. */
type Statistic = keyof typeof metricTitles;

/** A finished run without its scores: what `listRuns` tells of one, or a record. */
export type Measured = Comparable & Pick<RunRecord, "metrics">;

/**
 * Fractions (0…1); null where there is none: it is not known what was trained on, the runs were not tested on the same
 * sets, or their metrics lack it.
 */
type Numbers<Name extends string> = Readonly<Record<Name, number | null>>;

/** One row of {@linkcode overview}, beside the columns in which the definitions differ. */
export interface OverviewRow
  extends Numbers<Statistic>, Numbers<"accuracyUnseen" | "aucUnseen" | "averagePrecisionUnseen"> {
  readonly method: string;
  /** How many runs, equal but for their seed, the row averages. */
  readonly seeds: number;
}

/**
 * Methods side by side without their scores, so that thousands of runs can be compared: one row for each method, with
 * its mean over test sets and its mean over those whose generator it was not trained on. The numbers are those of
 * `compare`, out of the metrics in the records; intervals, which need the scores, are not among them. A column stands
 * for each tag and each path that is not the same for all.
 *
 * @throws {RangeError} when there is nothing to compare, or a run is not done
 */
export function overview(runs: readonly Measured[]): ColumnTable {
  const methods = groupMethods(onSharedSets(runs));
  const ways = definitionColumns(methods).filter(([, values]) => new Set(values.map(canonical)).size > 1);
  return from(methods.map((method, i) => {
    const { mean, unseen } = meansOf(method);
    return {
      method: method.name,
      ...Object.fromEntries(ways.map(([name, values]) => [name, values[i]])),
      seeds: method.records.length,
      ...mean,
      ...Object.fromEntries(Object.entries(unseen).map(([name, value]) => [`${name}Unseen`, value])),
    };
  }));
}

/** Names of the columns of an overview in which the definitions differ. */
export function wayColumns(table: ColumnTable): string[] {
  const names = table.columnNames();
  return names.slice(1, names.indexOf("seeds"));
}

/** Means over test sets of the means over seeds, in that order, as `compare` takes them. */
function meansOf({ records, trained }: Method<Measured>): Record<"mean" | "unseen", Numbers<Statistic>> {
  const [first, ...others] = records.map(({ metrics }) => setsOf(metrics));
  const alike = others.every((sets) => sets.length === first.length && first.every((set) => sets.includes(set)));
  const over = (sets: readonly string[]): Numbers<Statistic> =>
    Object.fromEntries((Object.keys(metricTitles) as Statistic[]).map((name) => {
      if (!alike || sets.length === 0) return [name, null];
      const value = average(sets.map((set) => average(records.map(({ metrics }) => metrics[set][name]))));
      return [name, Number.isNaN(value) ? null : value];
    })) as Numbers<Statistic>;
  return { mean: over(first), unseen: over(trained === null ? [] : first.filter((set) => !trained.includes(set))) };
}

/** Test sets of a record's metrics, which hold their mean too. */
function setsOf(metrics: RunRecord["metrics"]): string[] {
  return Object.keys(metrics).filter((set) => set !== "mean");
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
