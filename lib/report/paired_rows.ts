/** Two methods draw by draw, on every test set and over them. */
import { type ByStatistic, difference, intervals, pairedPs, type Resamples } from "../metrics/mod.ts";
import type { Interval, ScoreColumns } from "../types.ts";
import { findMethod, type Method } from "./methods.ts";
import { drawn, scoresOf, type SetRow, setRows } from "./resampled.ts";

/** Which two methods, by name. */
export interface DifferenceOptions {
  /** Name of the method whose gain is told. */
  readonly of: string;
  /** Name of the one that it is compared with. */
  readonly against: string;
}

/** What two methods are apart, by test set and over them. */
export interface Paired {
  /** Of every statistic. */
  readonly rows: readonly SetRow<ByStatistic<Interval>>[];
  /** Two-sided p-values of the paired bootstrap, row by row. */
  readonly ps: readonly SetRow<ByStatistic<number>>[];
  /** How many seeds both have. */
  readonly seeds: number;
  /** Scores of the two runs where there is one of each. */
  readonly single: readonly [ScoreColumns, ScoreColumns] | null;
}

/** Rows by the draws of both: a table, its sentences and its claims ask for the same ones. */
const known = new WeakMap<Resamples, WeakMap<Resamples, Pick<Paired, "rows" | "ps">>>();

/**
 * Paired differences `of` − `against`, under the seeds that both have, in the order of a table.
 *
 * @throws {RangeError} when a method is unknown, the two share no seed, or they were tested on different photographs
 */
export function pairedRows(methods: readonly Method[], { of, against }: DifferenceOptions): Paired {
  const [a, b] = [findMethod(methods, of), findMethod(methods, against)];
  const seedsOf = (method: Method): number[] => method.records.map((record) => record.experiment.seed);
  const common = seedsOf(a).filter((seed) => seedsOf(b).includes(seed));
  if (common.length === 0) {
    throw new RangeError(
      `Cannot pair "${of}" with "${against}": found seeds ${seedsOf(a).join(", ")} and ${seedsOf(b).join(", ")}, ` +
        "expected at least one in common; run both under the same seeds",
    );
  }
  const [ofScores, againstScores] = [a, b].map((method) =>
    scoresOf(method.records.filter((record) => common.includes(record.experiment.seed)))
  );
  return {
    ...rowsOf([drawn(a, ofScores), drawn(b, againstScores)], { named: a.trained !== null && b.trained !== null }),
    seeds: common.length,
    single: common.length === 1 ? [ofScores[0], againstScores[0]] : null,
  };
}

/** @param options `named`: whether both methods tell what they were trained on */
function rowsOf(
  [mine, others]: readonly [Resamples, Resamples],
  { named }: { readonly named: boolean },
): Pick<Paired, "rows" | "ps"> {
  const before = known.get(mine)?.get(others);
  if (before !== undefined) return before;
  const apart = difference(mine, others);
  const trained = named ? apart.trained : null;
  const rows = { rows: setRows({ trained }, intervals(apart)), ps: setRows({ trained }, pairedPs(apart)) };
  known.set(mine, (known.get(mine) ?? new WeakMap()).set(others, rows));
  return rows;
}
