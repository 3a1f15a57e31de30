import { random } from "../random.ts";
import { THRESHOLD, type Threshold } from "./accuracy.ts";
import { type Curve, emptyCurve, rank, type Ranking, weigh } from "./ranking.ts";
import { countBoth } from "./rows.ts";
import { gatherSources, type ScoredRows } from "./sources.ts";
import { type Statistic, statistics } from "./statistics.ts";
import { testSets } from "./test_sets.ts";

/** One value of each statistic. */
export type ByStatistic<T> = Readonly<Record<Statistic, T>>;

const names = Object.keys(statistics) as Statistic[];

/** The same of each statistic, by its name. */
export function eachStatistic<T>(make: (name: Statistic) => T): ByStatistic<T> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as ByStatistic<T>;
}

/** A statistic on the rows as they are, and on each resample of them. */
export interface Draws {
  readonly value: number;
  readonly draws: Float64Array;
}

/** What {@linkcode bootstrap} found, ready for `intervals` and `difference`. */
export interface Resamples {
  readonly sets: ReadonlyMap<string, ByStatistic<Draws>>;
  /** Test sets whose generator the method has seen. */
  readonly trained: readonly string[];
  /** Equal for two methods that were drawn alike: same rows of each source, number of runs, resamples and seed. */
  readonly pairing: string;
}

/** How to resample. */
export interface BootstrapOptions {
  /** Test sets whose generator the method has seen; the others make the mean over unseen ones. */
  readonly trained: readonly string[];
  /** How often to draw, at least 1; left out: {@linkcode usualResamples}. */
  readonly resamples?: number;
  /** Of the stream of draws. */
  readonly seed?: number;
  /** Where fake begins: in every test set, or by test set. */
  readonly threshold?: number | ReadonlyMap<string, number>;
}

/** Resamples of up to 100,000 rows. */
const RESAMPLES = 2000;

/** Rows that are walked for one method at most, where that leaves {@linkcode FEWEST} resamples. */
const WALKED = 2e8;

/** Resamples below which percentiles are too rough: with 200, the end of an interval lies 5 % of its width off, as one standard error. */
const FEWEST = 200;

/** 2,000 resamples; beyond 100,000 rows fewer, and 200 of a million, whose intervals are narrow. */
export function usualResamples(rows: number): number {
  return Math.min(RESAMPLES, Math.max(FEWEST, Math.floor(WALKED / rows)));
}

/**
 * Draws the test sets again from their own sources, to see how far the numbers would move on other photographs and,
 * given several runs of one method, under other seeds.
 *
 * The unit is the source, since the pictures that come from one photograph are no independent evidence: all of a drawn
 * source comes along, in every test set and every run. Sources that appear in the same test sets on the same side (real,
 * fake) are drawn among themselves, so that each set keeps its composition. Several runs are drawn too, with
 * replacement, and averaged; over the two or three seeds of an ablation such intervals are still too narrow.
 *
 * The draws depend on the sources, the options and the number of runs alone, so that two methods with equal ones are
 * paired draw by draw.
 *
 * @param runs scores of one method under several seeds, over the same test rows, in any order
 * @throws {RangeError} when there is no run, the runs were tested on different rows, or a test set lacks a class or a
 * threshold
 *
 * Source: the percentile bootstrap of Efron and Tibshirani 1993 (chapters 8 and 13), over clusters within strata.
 */
export function bootstrap(runs: readonly ScoredRows[], options: BootstrapOptions): Resamples {
  const { trained, seed = 0, threshold = THRESHOLD } = options;
  const resamples = options.resamples ?? usualResamples(runs[0]?.label.length ?? 1);
  if (!Number.isInteger(resamples) || resamples < 1) {
    throw new RangeError(`Cannot resample: found ${resamples} resamples, expected 1 or more`);
  }
  const { places, size, strata, key } = gatherSources(runs);
  const walks = runs.map((run, i) => walksOf(run, places[i], threshold));
  const draw = random(seed, "bootstrap");
  const weights = new Float64Array(size).fill(1);
  const values = meansOverRuns(walks, { weights, times: runs.map(() => 1) });
  const sets = new Map([...values].map(([set, value]) => [
    set,
    eachStatistic((name): Draws => ({ value: value[name], draws: new Float64Array(resamples) })),
  ]));
  for (let i = 0; i < resamples; i++) {
    weights.fill(0);
    for (const stratum of strata) {
      for (let k = 0; k < stratum.length; k++) weights[stratum[draw.integer(stratum.length)]] += 1;
    }
    const times = runs.map(() => 0);
    for (let k = 0; k < runs.length; k++) times[draw.integer(runs.length)] += 1;
    for (const [set, means] of meansOverRuns(walks, { weights, times })) {
      const drawn = sets.get(set)!;
      for (const name of names) drawn[name].draws[i] = means[name];
    }
  }
  return { sets, trained, pairing: JSON.stringify([seed, resamples, runs.length, key]) };
}

/** A run's rows of a test set, sorted once, and the counts that each draw writes over. */
interface Walk {
  readonly ranking: Ranking;
  readonly curve: Curve;
  readonly at: Threshold;
}

function walksOf(
  run: ScoredRows,
  places: Int32Array,
  threshold: number | ReadonlyMap<string, number>,
): ReadonlyMap<string, Walk> {
  return new Map([...testSets(run)].map(([set, rows]): [string, Walk] => {
    const labels = Float64Array.from(rows, (row) => run.label[row]);
    const scores = Float64Array.from(rows, (row) => run.score[row]);
    countBoth(`the statistics of test set "${set}"`, labels, scores);
    const ranking = rank(labels, scores, Int32Array.from(rows, (row) => places[row]));
    return [set, { ranking, curve: emptyCurve(ranking), at: { threshold: thresholdOf(set, threshold) } }];
  }));
}

function thresholdOf(set: string, threshold: number | ReadonlyMap<string, number>): number {
  if (typeof threshold === "number") return threshold;
  const found = threshold.get(set);
  if (found !== undefined) return found;
  throw new RangeError(
    `Cannot resample: found no threshold of test set "${set}", expected one for each; there are some of ` +
      [...threshold.keys()].map((name) => `"${name}"`).join(", "),
  );
}

/** Mean of every statistic over runs, by test set. */
function meansOverRuns(
  walks: readonly ReadonlyMap<string, Walk>[],
  { weights, times }: {
    /** By source. */
    readonly weights: Float64Array;
    /** By run, summing to the number of runs. */
    readonly times: readonly number[];
  },
): Map<string, Record<Statistic, number>> {
  return new Map([...walks[0].keys()].map((set) => {
    const means = eachStatistic(() => 0) as Record<Statistic, number>;
    for (let run = 0; run < walks.length; run++) {
      if (times[run] === 0) continue;
      const { ranking, curve, at } = walks[run].get(set)!;
      weigh(ranking, weights, curve);
      for (const name of names) means[name] += times[run] * statistics[name](curve, at);
    }
    for (const name of names) means[name] /= walks.length;
    return [set, means];
  }));
}
