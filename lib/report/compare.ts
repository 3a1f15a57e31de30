import { type ColumnTable, from } from "arquero";
import { bootstrap, type ByStatistic, difference, type Intervals, intervals, type Resamples } from "../metrics/mod.ts";
import type { Interval, RunRecord, ScoreColumns } from "../types.ts";
import { findMethod, groupMethods, type Method } from "./methods.ts";
import { groupProbes } from "./probes.ts";
import { onSharedSets } from "./shared_sets.ts";
import { definitionColumns } from "./variants.ts";

/** What a row of a comparison speaks of: a test set, by whether its generator was trained on, or a mean over sets. */
export type Role = "trained" | "unseen" | "tested" | "mean" | "mean of unseen";

/** A statistic and the ends of its 95 % interval, as three columns. */
type IntervalColumns<Name extends string> = Readonly<Record<Name | `${Name}Low` | `${Name}High`, number>>;

/** Numbers of one row, as fractions (0…1). */
export type NumberColumns = IntervalColumns<"accuracy"> & IntervalColumns<"auc"> & IntervalColumns<"averagePrecision">;

/** One row of {@linkcode compare}, beside the columns in which the definitions differ. */
export interface CompareRow extends NumberColumns {
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
  /** Name of a method: adds to every other method's rows the paired differences from it, as `accuracyDifference`. */
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
 * over source photographs and, with several seeds, over seeds.
 *
 * @throws {RangeError} when there is nothing to compare, a run is not done, or an unknown baseline is named
 *
 * @example
 * ```ts ignore
 * const table = compare(await sweep([contrastiveOnly, dual()]));
 * table.filter((row) => row.role === "mean of unseen").print();
 * ```
 */
export function compare(records: readonly RunRecord[], { baseline = null }: CompareOptions = {}): ColumnTable {
  const methods = groupMethods(onSharedSets(records));
  const ways = definitionColumns(methods);
  const of = baseline === null ? null : findMethod(methods, baseline).name;
  const ofMethods = methods.flatMap((method, i) => {
    const rows = numberRows(method, intervals(drawn(method, scoresOf(method.records))));
    const apart = of === null || method.name === of ? null : pairedRows(methods, { of: method.name, against: of });
    return rows.map(({ set, role, numbers }, k) => ({
      method: method.name,
      kind: "method",
      ...Object.fromEntries(ways.map(([name, values]) => [name, values[i]])),
      seeds: method.records.length,
      set,
      role,
      ...columnsOf(numbers, ""),
      ...(of === null ? {} : columnsOf(apart === null ? null : apart.rows[k].numbers, "Difference")),
    }));
  });
  const ofProbes = groupProbes(methods).flatMap((probe) =>
    numberRows(probe, intervals(drawn(probe, probe.scores))).map(({ set, role, numbers }) => ({
      method: probe.name,
      kind: "probe",
      ...Object.fromEntries(ways.map(([name]) => [name, null])),
      seeds: 0,
      set,
      role,
      ...columnsOf(numbers, ""),
      ...(of === null ? {} : columnsOf(null, "Difference")),
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
  readonly of: string;
  readonly against: string;
  /** How many seeds both methods have: only these are paired. */
  readonly seeds: number;
  readonly set: string;
  readonly role: Role;
}

/** Which two methods, by name. */
export interface DifferenceOptions {
  readonly of: string;
  readonly against: string;
}

/**
 * Paired differences `of` − `against` with their 95 % intervals: one row for each test set and the means. Both methods
 * see the same draws of photographs, and of the seeds that both have.
 *
 * @throws {RangeError} when a method is unknown, the two share no seed, or they were tested on different photographs
 */
export function differences(records: readonly RunRecord[], { of, against }: DifferenceOptions): ColumnTable {
  const { rows, seeds } = pairedRows(groupMethods(onSharedSets(records)), { of, against });
  return from(rows.map(({ set, role, numbers }) => ({ of, against, seeds, set, role, ...columnsOf(numbers, "") })));
}

interface NumberRow {
  readonly set: string;
  readonly role: Role;
  readonly numbers: ByStatistic<Interval>;
}

/** Draws by first scores: a table, its differences and its page ask for the same ones (0.5 s a method with 3 seeds). */
const known = new WeakMap<ScoreColumns, { readonly runs: readonly ScoreColumns[]; readonly resamples: Resamples }>();

function drawn({ trained }: Pick<Method, "trained">, runs: readonly ScoreColumns[]): Resamples {
  const last = known.get(runs[0]);
  if (last?.runs.length === runs.length && last.runs.every((one, i) => one === runs[i])) return last.resamples;
  const resamples = bootstrap(runs, { trained: trained ?? [] });
  known.set(runs[0], { runs, resamples });
  return resamples;
}

function scoresOf(records: readonly RunRecord[]): ScoreColumns[] {
  return records.map(({ scores }) => scores);
}

function pairedRows(
  methods: readonly Method[],
  { of, against }: DifferenceOptions,
): { rows: NumberRow[]; seeds: number } {
  const [a, b] = [findMethod(methods, of), findMethod(methods, against)];
  const seedsOf = (method: Method): number[] => method.records.map((record) => record.experiment.seed);
  const common = seedsOf(a).filter((seed) => seedsOf(b).includes(seed));
  if (common.length === 0) {
    throw new RangeError(
      `Cannot pair "${of}" with "${against}": found seeds ${seedsOf(a).join(", ")} and ${seedsOf(b).join(", ")}, ` +
        "expected at least one in common; run both under the same seeds",
    );
  }
  const [ofDrawn, againstDrawn] = [a, b].map((method) =>
    drawn(method, scoresOf(method.records.filter((record) => common.includes(record.experiment.seed))))
  );
  const trained = a.trained === null || b.trained === null ? null : [...new Set([...a.trained, ...b.trained])];
  return { rows: numberRows({ trained }, intervals(difference(ofDrawn, againstDrawn))), seeds: common.length };
}

/** Test sets trained on first, then the others, then the means. */
function numberRows({ trained }: Pick<Method, "trained">, { sets, mean, unseen }: Intervals): NumberRow[] {
  const role = (set: string): Role => trained === null ? "tested" : trained.includes(set) ? "trained" : "unseen";
  const rows = [...sets].map(([set, numbers]): NumberRow => ({ set, role: role(set), numbers }));
  const means: NumberRow[] = [{ set: "mean", role: "mean", numbers: mean }];
  if (trained !== null && unseen !== null) means.push({ set: "unseen", role: "mean of unseen", numbers: unseen });
  return [...rows.filter((row) => row.role === "trained"), ...rows.filter((row) => row.role !== "trained"), ...means];
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
