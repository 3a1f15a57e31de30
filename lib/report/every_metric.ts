import { type ColumnTable, from } from "arquero";
import {
  bestAccuracy,
  type ByStatistic,
  intervals,
  type Metric,
  overGenerators,
  plainRows,
  type SetThresholds,
  type Statistic,
  testSets,
} from "../metrics/mod.ts";
import type { Interval, RunRecord, ScoreColumns } from "../types.ts";
import { frozenThresholdOf } from "./frozen.ts";
import { groupMethods, type Method } from "./methods.ts";
import { drawn, type Role, scoresOf, type SetRow, setRows } from "./resampled.ts";
import { onSharedSets } from "./shared_sets.ts";

/**
 * What a row speaks of beside test sets and their means: how far the sets lie apart, the set where the metric is lowest
 * and where it is highest, and all test images at once.
 */
export type MetricRole = Role | "deviation" | "minimum" | "maximum" | "pooled";

/** One metric of one method on one test set, or over them. */
export interface MetricRow {
  /** Its name. */
  readonly method: string;
  /** How many runs, equal but for their seed, the row averages. */
  readonly seeds: number;
  /** Test set; of rows over several "mean", "unseen", "deviation", "minimum", "maximum" or "pooled". */
  readonly set: string;
  /** What the row sums up. */
  readonly role: MetricRole;
  /** Which number. */
  readonly metric: Metric;
  /** Where fake begins: "0.5", "frozen" on validation data, or "best", an upper bound; null: the metric needs none. */
  readonly threshold: "0.5" | "frozen" | "best" | null;
  /** The number: a fraction, but for `nll`. */
  readonly value: number;
  /** Ends of the 95 % bootstrap interval over sources and seeds; null where there is none. */
  readonly low: number | null;
  /** See `low`. */
  readonly high: number | null;
}

/** How to describe methods. */
export interface EveryMetricOptions {
  /** Where fake begins for a run as frozen on its validation data; null: not known. Left out: what its record says. */
  readonly thresholds?: (record: RunRecord) => SetThresholds | null;
}

/** Metrics that hang on where fake begins, in the order in which they are told. */
export const callMetrics = [
  "accuracy",
  "balancedAccuracy",
  "realAccuracy",
  "fakeAccuracy",
  "precision",
  "recall",
  "f1",
  "falseNegativeRate",
] as const satisfies readonly Statistic[];

/** And those that do not. */
const otherMetrics = [
  "auc",
  "averagePrecision",
  "tprAt1Fpr",
  "tprAt5Fpr",
  "eer",
  "brier",
  "nll",
  "ece15",
] as const satisfies readonly Statistic[];

/** A metric of test sets before it is told of a method. */
type Told = Omit<MetricRow, "method" | "seeds">;

/**
 * Every metric of every method, one a row: on each test set, as mean over them and over the unseen ones, with how far the
 * sets lie apart, and of all test images at once, which counts a photograph that several sets share once. What hangs on
 * the threshold is told at 0.5 and, where `thresholds` knows it of every run, at the frozen one; accuracy also at the best one, which
 * is chosen on the test images themselves and an upper bound.
 *
 * @throws {RangeError} when there is nothing to describe, a run is not done, or a frozen threshold of a test set is missing
 */
export function everyMetric(
  records: readonly RunRecord[],
  { thresholds = frozenThresholdOf }: EveryMetricOptions = {},
): ColumnTable {
  return from(
    groupMethods(onSharedSets(records)).flatMap((method) => {
      const { name, records } = method;
      const frozen = records.map(thresholds);
      const at = frozen.every((one) => one !== null) ? frozen as SetThresholds[] : null;
      return ofMethod(method, at).map((row): MetricRow => ({ method: name, seeds: records.length, ...row }));
    }),
  );
}

function ofMethod(method: Method, frozen: readonly SetThresholds[] | null): Told[] {
  const runs = scoresOf(method.records);
  const pooled = runs.map(pool);
  const ofStatistics = (names: readonly Statistic[], threshold: MetricRow["threshold"]): Told[] => {
    const at = threshold === "frozen" ? frozen : null;
    const rows = setRows(method, intervals(drawn(method, runs, at)));
    const several = rows.filter(({ role }) => !role.startsWith("mean")).length > 1;
    // where each set has a threshold of its own there is none for all images
    const whole = !several || at?.some((one) => typeof one !== "number")
      ? null
      : intervals(drawn(method, pooled, at)).sets.get("all")!;
    return names.flatMap((metric) => statisticRows(rows, { metric, threshold, whole }));
  };
  return [
    ...ofStatistics(callMetrics, "0.5"),
    ...(frozen === null ? [] : ofStatistics(callMetrics, "frozen")),
    ...atBest(method),
    ...ofStatistics(otherMetrics, null),
  ];
}

interface OfStatistic {
  readonly metric: Statistic;
  readonly threshold: MetricRow["threshold"];
  /** Of all images at once; null where that is one set, or nothing. */
  readonly whole: ByStatistic<Interval> | null;
}

function statisticRows(
  rows: readonly SetRow<ByStatistic<Interval>>[],
  { metric, threshold, whole }: OfStatistic,
): Told[] {
  const told = rows.map(({ set, role, value }): Told => ({ set, role, metric, threshold, ...value[metric] }));
  return [
    ...told,
    ...apart(told, { metric, threshold }),
    ...(whole === null ? [] : [{ set: "pooled", role: "pooled", metric, threshold, ...whole[metric] } as Told]),
  ];
}

/** How far the test sets of a metric lie apart; nothing of one set. */
function apart(told: readonly Told[], of: Pick<Told, "metric" | "threshold">): Told[] {
  const own = told.filter(({ role }) => role === "trained" || role === "unseen" || role === "tested");
  if (own.length < 2) return [];
  const { x } = overGenerators(Object.fromEntries(own.map(({ value }, i) => [`set ${i}`, { x: value }])));
  return (["deviation", "minimum", "maximum"] as const).map((role) => ({
    set: role,
    role,
    ...of,
    value: x[role]!,
    low: null,
    high: null,
  }));
}

/** Accuracy at the best threshold, averaged over seeds; without intervals, since it is no estimate. */
function atBest(method: Method): Told[] {
  const of = { metric: "bestAccuracy", threshold: "best" } as const;
  const sets = method.records.map(({ scores }) => testSets(scores));
  const values = new Map([...sets[0].keys()].map((set) => [
    set,
    method.records.reduce((sum, { scores }, i) => sum + bestOf(scores, sets[i].get(set)!), 0) / sets.length,
  ]));
  const mean = (over: readonly string[]): number => over.reduce((sum, set) => sum + values.get(set)!, 0) / over.length;
  const all = [...values.keys()];
  const unseen = all.filter((set) => !method.trained?.includes(set));
  const summary = {
    sets: new Map([...values].map(([set, value]) => [set, { bestAccuracy: value }])),
    mean: { bestAccuracy: mean(all) },
    unseen: unseen.length === 0 ? null : { bestAccuracy: mean(unseen) },
  };
  const told = setRows(method, summary).map(({ set, role, value }): Told => ({
    set,
    role,
    ...of,
    value: value.bestAccuracy,
    low: null,
    high: null,
  }));
  const whole = method.records.reduce((sum, { scores }) => sum + bestOf(scores, plainRows(scores)), 0) / sets.length;
  const pooled: Told = { set: "pooled", role: "pooled", ...of, value: whole, low: null, high: null };
  return [...told, ...apart(told, of), ...(all.length > 1 ? [pooled] : [])];
}

function bestOf({ label, score }: ScoreColumns, rows: ArrayLike<number>): number {
  return bestAccuracy(Array.from(rows, (row) => label[row]), Array.from(rows, (row) => score[row]));
}

/** All rows as one test set; made once, so that its draws are. */
const pools = new WeakMap<ScoreColumns, ScoreColumns>();

function pool(scores: ScoreColumns): ScoreColumns {
  const found = pools.get(scores) ?? { ...scores, set: scores.set.map(() => null) };
  pools.set(scores, found);
  return found;
}
