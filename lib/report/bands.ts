import { nearest } from "../definition/nearest.ts";
import { gatherSources, type ScoredRows } from "../metrics/sources.ts";
import { plainRows, testSets } from "../metrics/test_sets.ts";
import { random } from "../random.ts";

/** Numbers along a line, each with its 95 % interval. */
export interface Band {
  readonly value: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Rows of one run. */
export interface RunRows {
  readonly labels: Float64Array;
  readonly scores: Float64Array;
  /** Place of each row's source in the weights. */
  readonly units: Int32Array;
}

/** Of a run's rows, under integer weights of their sources: a number for each place on the line, NaN for none. */
export type LineStatistic = (run: number, weights: Int32Array) => readonly number[];

/** How often sources are drawn for a line: its ends jitter by a twentieth of the interval's width, which no eye sees. */
const RESAMPLES = 400;

/** Rows up to which they are drawn so often; of a million, a hundred draws take some seconds. */
const MANY = 100_000;

/**
 * The rows that a figure is of: those of one test set, or all images, each once.
 *
 * @throws {RangeError} when there is no such test set, or the runs were tested on different rows
 */
export function rowsOf(
  runs: readonly ScoredRows[],
  { set }: { readonly set: string | null },
): { rows: RunRows[]; strata: readonly Int32Array[]; sources: number } {
  const { places, size, strata } = gatherSources(runs);
  const rows = runs.map((run, i) => {
    const chosen = set === null ? plainRows(run) : testSets(run).get(set) ?? unknownSet(run, set);
    return {
      labels: Float64Array.from(chosen, (row) => run.label[row]),
      scores: Float64Array.from(chosen, (row) => run.score[row]),
      units: Int32Array.from(chosen, (row) => places[i][row]),
    };
  });
  return { rows, strata, sources: size };
}

function unknownSet(run: ScoredRows, set: string): never {
  const names = [...testSets(run).keys()];
  const meant = nearest(set, names);
  throw new RangeError(
    `Cannot plot test set "${set}": found none of that name${meant === null ? "" : `, did you mean "${meant}"?`}` +
      `${meant === null ? "," : ""} the test sets are ${names.map((name) => `"${name}"`).join(", ")}`,
  );
}

/**
 * The mean over runs of a statistic along a line, with pointwise 95 % intervals: source photographs are drawn again as
 * `bootstrap` of lib/metrics draws them, and runs, where there are several.
 */
export function bandOf(
  statistic: LineStatistic,
  { rows, strata, sources }: { rows: readonly RunRows[]; strata: readonly Int32Array[]; sources: number },
): Band {
  const runs = rows.length;
  const resamples = Math.round(Math.max(RESAMPLES / 4, Math.min(RESAMPLES, RESAMPLES * MANY / rows[0].labels.length)));
  const value = meanLine(statistic, { weights: new Int32Array(sources).fill(1), times: new Array(runs).fill(1) });
  const draw = random(0, "band");
  const lines = Array.from({ length: resamples }, () => {
    const weights = new Int32Array(sources);
    for (const stratum of strata) {
      for (let i = 0; i < stratum.length; i++) weights[stratum[draw.integer(stratum.length)]] += 1;
    }
    const times = new Array<number>(runs).fill(0);
    for (let run = 0; run < runs; run++) times[draw.integer(runs)] += 1;
    return meanLine(statistic, { weights, times });
  });
  return { value, ...percentiles(lines) };
}

function meanLine(statistic: LineStatistic, { weights, times }: { weights: Int32Array; times: number[] }): number[] {
  const sums: number[] = [], counts: number[] = [];
  times.forEach((count, run) => {
    if (count === 0) return;
    statistic(run, weights).forEach((value, i) => {
      sums[i] = (sums[i] ?? 0) + (Number.isNaN(value) ? 0 : count * value);
      counts[i] = (counts[i] ?? 0) + (Number.isNaN(value) ? 0 : count);
    });
  });
  return sums.map((sum, i) => counts[i] === 0 ? NaN : sum / counts[i]);
}

/** Where 95 % of some lines lie at each place; NaN where none has a value. */
export function percentiles(lines: readonly (readonly number[])[]): { low: number[]; high: number[] } {
  const columns = lines[0].map((_, i) =>
    lines.map((line) => line[i]).filter((value) => !Number.isNaN(value)).sort(rising)
  );
  const at = (sorted: readonly number[], share: number): number => {
    if (sorted.length === 0) return NaN;
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  };
  return { low: columns.map((column) => at(column, 0.025)), high: columns.map((column) => at(column, 0.975)) };
}

function rising(a: number, b: number): number {
  return a - b;
}

/**
 * Means of some columns with 95 % intervals: units, as images are, are drawn again with all their values.
 *
 * @param units a line of values for each; NaN where a unit has none
 */
export function meanBand(units: readonly (readonly number[])[]): Band {
  const mean = (chosen: readonly (readonly number[])[]): number[] =>
    units[0].map((_, i) => {
      const known = chosen.map((line) => line[i]).filter((value) => !Number.isNaN(value));
      return known.length === 0 ? NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
    });
  const draw = random(0, "mean band");
  const lines = Array.from({ length: RESAMPLES }, () => mean(units.map(() => units[draw.integer(units.length)])));
  return { value: mean(units), ...percentiles(lines) };
}
