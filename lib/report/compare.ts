import { type ColumnTable, from } from "arquero";
import { type ByStatistic, intervals } from "../metrics/mod.ts";
import type { Interval, RunRecord } from "../types.ts";
import { epochsToReach } from "./arrivals.ts";
import { findMethod, groupMethods, type Method } from "./methods.ts";
import { mcnemarBySet } from "./mcnemar_rows.ts";
import { groupProbes } from "./probes.ts";
import { type DifferenceOptions, pairedRows } from "./paired_rows.ts";
import { drawn, type Role, scoresOf, setRows } from "./resampled.ts";
import { onSharedSets } from "./shared_sets.ts";
import { definitionColumns } from "./variants.ts";

export type { DifferenceOptions } from "./paired_rows.ts";
export type { Role } from "./resampled.ts";

/** A statistic and the ends of its 95 % interval, as three columns. */
type IntervalColumns<Name extends string> = Readonly<Record<Name | `${Name}Low` | `${Name}High`, number>>;

/** Numbers of one row, as fractions (0…1). */
export type NumberColumns = IntervalColumns<"accuracy"> & IntervalColumns<"auc"> & IntervalColumns<"averagePrecision">;

/**
 * First epoch whose validation accuracy is within half a point of the run's best: the mean over seeds, and the ends of
 * Student's 95 % interval over them, never below 1. Null where no run has epochs, for a probe, and the ends for one seed.
 */
export type EpochsColumns = Readonly<Record<"epochsToReach" | "epochsToReachLow" | "epochsToReachHigh", number | null>>;

/** One row of {@linkcode compare}, beside the columns in which the definitions differ. */
export interface CompareRow extends NumberColumns, EpochsColumns {
  readonly method: string;
  /** Whether the row is a method's, or belongs to the probe on trivial cues that the runs brought along. */
  readonly kind: "method" | "probe";
  /** How many runs, equal but for their seed, the row averages; 0 for a probe, which is no run. */
  readonly seeds: number;
  /** Test set, "mean" over all, or "unseen" for the mean over those whose generator was not trained on. */
  readonly set: string;
  readonly role: Role;
}

/** How to compare. */
export interface CompareOptions {
  /** Name of a method: adds to every other method's rows the paired differences from it, as `accuracyDifference`, and their p-values, as `accuracyDifferenceP`. */
  readonly baseline?: string | null;
}

/**
 * Runs side by side: one row for each method and test set, one for the mean over test sets and one for the mean over
 * the unseen ones. Runs whose definitions are equal but for the seed make one method. A column stands for each tag and
 * each path in which the definitions differ.
 *
 * Below the methods stand the rows of the probe: what a logistic regression on trivial cues (stored size, mean colour,
 * high-pass energy, block step) reaches on the same test sets. Runs that measured the same one share its rows; where
 * none measured it there are none.
 *
 * Accuracy is the share of the rows called what they are, at a threshold of 0.5. Intervals are 95 % bootstrap intervals
 * over source photographs and, with several seeds, over seeds. Other metrics are told by `everyMetric`.
 *
 * @throws {RangeError} when there is nothing to compare, a run is not done, or an unknown baseline is named
 *
 * @example
 * ```ts ignore
 * const table = compare((await sweep([contrastiveOnly, dual()])).records);
 * table.filter((row) => row.role === "mean of unseen").print();
 * ```
 */
export function compare(records: readonly RunRecord[], { baseline = null }: CompareOptions = {}): ColumnTable {
  const methods = groupMethods(onSharedSets(records));
  const ways = definitionColumns(methods);
  const of = baseline === null ? null : findMethod(methods, baseline).name;
  const ofMethods = methods.flatMap((method, i) => {
    const rows = setRows(method, intervals(drawn(method, scoresOf(method.records))));
    const epochs = epochsColumns(method);
    const apart = of === null || method.name === of ? null : pairedRows(methods, { of: method.name, against: of });
    return rows.map(({ set, role, value }, k) => ({
      method: method.name,
      kind: "method",
      ...Object.fromEntries(ways.map(([name, values]) => [name, values[i]])),
      seeds: method.records.length,
      set,
      role,
      ...columnsOf(value, ""),
      ...epochs,
      ...(of === null
        ? {}
        : differenceColumns(apart === null ? null : { value: apart.rows[k].value, p: apart.ps[k].value })),
    }));
  });
  const ofProbes = groupProbes(methods).flatMap((probe) =>
    setRows(probe, intervals(drawn(probe, probe.scores))).map(({ set, role, value }) => ({
      method: probe.name,
      kind: "probe",
      ...Object.fromEntries(ways.map(([name]) => [name, null])),
      seeds: 0,
      set,
      role,
      ...columnsOf(value, ""),
      ...epochsColumns(null),
      ...(of === null ? {} : differenceColumns(null)),
    }))
  );
  return from([...ofMethods, ...ofProbes]);
}

/** Names of the methods of a comparison in its order, without the probe's. */
export function methodNames(table: ColumnTable): string[] {
  const rows = table.objects() as CompareRow[];
  return [...new Set(rows.filter(({ kind }) => kind === "method").map(({ method }) => method))];
}

/** One row of {@linkcode differences}: numbers are differences of fractions (−1…1). */
export interface DifferenceRow extends NumberColumns {
  /** Two-sided p-values of the paired bootstrap, as small as its draws can tell: below 0.05 where the interval leaves 0 out. */
  readonly accuracyP: number;
  readonly aucP: number;
  readonly averagePrecisionP: number;
  /**
   * Of McNemar's exact test of the calls at 0.5, which takes images for independent; null for means, and unless each side
   * is one run.
   */
  readonly mcnemarP: number | null;
  readonly of: string;
  readonly against: string;
  /** How many seeds both methods have: only these are paired. */
  readonly seeds: number;
  readonly set: string;
  readonly role: Role;
}

/**
 * Paired differences `of` − `against` with their 95 % intervals and p-values: one row for each test set and the means. Both methods
 * see the same draws of photographs, and of the seeds that both have.
 *
 * @throws {RangeError} when a method is unknown, the two share no seed, or they were tested on different photographs
 */
export function differences(records: readonly RunRecord[], { of, against }: DifferenceOptions): ColumnTable {
  const { rows, ps, seeds, single } = pairedRows(groupMethods(onSharedSets(records)), { of, against });
  const exact = single === null ? null : mcnemarBySet(...single);
  return from(rows.map(({ set, role, value }, i) => ({
    of,
    against,
    seeds,
    set,
    role,
    ...columnsOf(value, ""),
    accuracyP: ps[i].value.accuracy,
    aucP: ps[i].value.auc,
    averagePrecisionP: ps[i].value.averagePrecision,
    mcnemarP: role.startsWith("mean") ? null : exact?.get(set) ?? null,
  })));
}

function epochsColumns(method: Method | null): EpochsColumns {
  const found = method === null ? null : epochsToReach(method.records);
  return {
    epochsToReach: found?.value ?? null,
    epochsToReachLow: found?.low ?? null,
    epochsToReachHigh: found?.high ?? null,
  };
}

function differenceColumns(
  apart: { readonly value: ByStatistic<Interval>; readonly p: ByStatistic<number> } | null,
): Record<string, number | null> {
  const names = ["accuracy", "auc", "averagePrecision"] as const;
  const ps = names.map((name) => [`${name}DifferenceP`, apart?.p[name] ?? null]);
  return { ...columnsOf(apart?.value ?? null, "Difference"), ...Object.fromEntries(ps) };
}

function columnsOf(numbers: ByStatistic<Interval> | null, suffix: string): Record<string, number | null> {
  const columns: Record<string, number | null> = {};
  for (const name of ["accuracy", "auc", "averagePrecision"] as const) {
    columns[`${name}${suffix}`] = numbers?.[name].value ?? null;
    columns[`${name}${suffix}Low`] = numbers?.[name].low ?? null;
    columns[`${name}${suffix}High`] = numbers?.[name].high ?? null;
  }
  return columns;
}
