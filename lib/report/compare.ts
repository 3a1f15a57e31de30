import { type ColumnTable, from } from "arquero";
import { diff } from "../definition/diff.ts";
import { bootstrap, type ByStatistic, difference, type Intervals, intervals, type Resamples } from "../metrics/mod.ts";
import type { Interval, RunRecord } from "../types.ts";
import { findMethod, groupMethods, type Method } from "./methods.ts";

/** What a row of a comparison speaks of: a test set, by whether its generator was trained on, or a mean over sets. */
export type Role = "trained" | "unseen" | "tested" | "mean" | "mean of unseen";

/** A statistic and the ends of its 95 % interval, as three columns. */
type IntervalColumns<Name extends string> = Readonly<Record<Name | `${Name}Low` | `${Name}High`, number>>;

/** Numbers of one row, as fractions (0…1). */
export type NumberColumns = IntervalColumns<"accuracy"> & IntervalColumns<"auc"> & IntervalColumns<"averagePrecision">;

/** One row of {@linkcode compare}, beside the columns in which the definitions differ. */
export interface CompareRow extends NumberColumns {
  readonly method: string;
  /** How many runs, equal but for their seed, the row averages. */
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
  const methods = groupMethods(records);
  const ways = definitionColumns(methods);
  const of = baseline === null ? null : findMethod(methods, baseline).name;
  return from(methods.flatMap((method, i) => {
    const rows = numberRows(method, intervals(drawn(method, method.records)));
    const apart = of === null || method.name === of ? null : pairedRows(methods, { of: method.name, against: of });
    return rows.map(({ set, role, numbers }, k) => ({
      method: method.name,
      ...Object.fromEntries(ways.map(([name, values]) => [name, values[i]])),
      seeds: method.records.length,
      set,
      role,
      ...columnsOf(numbers, ""),
      ...(of === null ? {} : columnsOf(apart === null ? null : apart.rows[k].numbers, "Difference")),
    }));
  }));
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
  const { rows, seeds } = pairedRows(groupMethods(records), { of, against });
  return from(rows.map(({ set, role, numbers }) => ({ of, against, seeds, set, role, ...columnsOf(numbers, "") })));
}

interface NumberRow {
  readonly set: string;
  readonly role: Role;
  readonly numbers: ByStatistic<Interval>;
}

/** Draws by first record: a table, its differences and its page ask for the same ones (0.5 s a method with 3 seeds). */
const known = new WeakMap<RunRecord, { readonly records: readonly RunRecord[]; readonly resamples: Resamples }>();

function drawn(method: Method, records: readonly RunRecord[]): Resamples {
  const last = known.get(records[0]);
  if (last?.records.length === records.length && last.records.every((one, i) => one === records[i])) {
    return last.resamples;
  }
  const resamples = bootstrap(records.map((record) => record.scores), { trained: method.trained ?? [] });
  known.set(records[0], { records, resamples });
  return resamples;
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
    drawn(method, method.records.filter((record) => common.includes(record.experiment.seed)))
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

/** A column for each tag, then for each path in which the definitions differ: its name and a value per method. */
function definitionColumns(methods: readonly Method[]): [string, unknown[]][] {
  const definitions = methods.map(({ records: [first] }) => first.experiment);
  const tags = [...new Set(definitions.flatMap(({ tags }) => Object.keys(tags)))];
  const taken = new Set(["method", "seeds", "set", "role"]);
  const columns = [
    ...tags.map((tag): [string, unknown[]] => [tag, definitions.map(({ tags }) => tags[tag] ?? null)]),
    ...diff(definitions.map((definition) => ({ ...definition, seed: 0 }))).map((
      { path, values },
    ): [string, unknown[]] => [path, values.map(plain)]),
  ];
  return columns.map(([name, values]) => [taken.has(name) ? `${name} (tag)` : name, values]);
}

/** What fits a cell: numbers, texts and truths as they are, the rest as JSON. */
function plain(value: unknown): unknown {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}
