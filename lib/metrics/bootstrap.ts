import { random } from "../random.ts";
import { THRESHOLD, type Threshold } from "./accuracy.ts";
import { coarser, type Curve, emptyCurve, rank, type Ranking, weigh } from "./ranking.ts";
import { countBoth } from "./rows.ts";
import { gatherSources, groupSources, type ScoredRows } from "./sources.ts";
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
  /** Where fake begins for each run; left out: at 0.5. */
  readonly thresholds?: readonly SetThresholds[];
}

/** Where fake begins: in every test set, or by test set. */
export type SetThresholds = number | ReadonlyMap<string, number>;

/** Rows up to which every source is drawn by itself, 2,000 times. */
const MOST_ROWS = 100_000;

/** Beyond that: how many groups a stratum of sources makes at most, how many blocks of scores are walked, and draws. */
const MANY = { groups: 1000, blocks: 20_000, fewest: 200 } as const;

/**
 * 2,000 resamples; beyond 100,000 rows fewer, so that as many rows are walked, and 200 of a million or more, whose
 * intervals are narrow: with 200 an end of an interval lies 5 % of its width off, as one standard error.
 */
export function usualResamples(rows: number): number {
  return Math.min(2000, Math.max(MANY.fewest, Math.floor(2000 * MOST_ROWS / rows)));
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
 * Beyond 100,000 rows sources are drawn in groups, 1,000 of each stratum at most (see `groupSources`), and neighbouring
 * scores are taken for tied, 20,000 of each test set being left; the values are exact all the same.
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
  const { trained, seed = 0, thresholds = runs.map(() => THRESHOLD) } = options;
  const resamples = options.resamples ?? usualResamples(runs[0]?.label.length ?? 1);
  if (!Number.isInteger(resamples) || resamples < 1) {
    throw new RangeError(`Cannot resample: found ${resamples} resamples, expected 1 or more`);
  }
  if (thresholds.length !== runs.length) {
    throw new RangeError(
      `Cannot resample: found ${thresholds.length} thresholds of ${runs.length} runs, expected as many`,
    );
  }
  const found = gatherSources(runs);
  const many = runs[0].label.length > MOST_ROWS;
  const { places, size, strata, key } = many ? groupSources(found, { most: MANY.groups, seed }) : found;
  const exact = runs.map((run, i) => walksOf(run, places[i], thresholds[i]));
  const walks = many ? exact.map(coarserWalks) : exact;
  const draw = random(seed, "bootstrap");
  const weights = new Int32Array(size).fill(1);
  const all = { weights, times: runs.map(() => 1) };
  const values = meansOverRuns(exact, all);
  const sets = new Map([...values].map(([set, value]) => [
    set,
    eachStatistic((name): Draws => ({ value: value[name], draws: new Float64Array(resamples) })),
  ]));
  const base = many ? meansOverRuns(walks, all) : values;
  for (let i = 0; i < resamples; i++) {
    weights.fill(0);
    for (const stratum of strata) {
      for (let k = 0; k < stratum.length; k++) weights[stratum[draw.integer(stratum.length)]] += 1;
    }
    const times = runs.map(() => 0);
    for (let k = 0; k < runs.length; k++) times[draw.integer(runs.length)] += 1;
    for (const [set, means] of meansOverRuns(walks, { weights, times })) {
      const drawn = sets.get(set)!;
      const [value, coarse] = [values.get(set)!, base.get(set)!];
      // coarse scores shift all draws alike; where nothing is coarse there is nothing to add
      for (const name of names) drawn[name].draws[i] = means[name] + (value[name] - coarse[name]);
    }
  }
  return { sets, trained, pairing: JSON.stringify([seed, resamples, runs.length, key]) };
}

/** A run's rows of a test set, sorted once, and the counts that each draw writes over. */
interface Walk {
  readonly ranking: Ranking;
  readonly curve: Curve;
  readonly at: Required<Threshold>;
}

function coarserWalks(walks: ReadonlyMap<string, Walk>): ReadonlyMap<string, Walk> {
  return new Map([...walks].map(([set, { ranking, at }]) => {
    const coarse = coarser(ranking, { blocks: MANY.blocks, threshold: at.threshold });
    return [set, { ranking: coarse, curve: emptyCurve(coarse), at }];
  }));
}

function walksOf(
  run: ScoredRows,
  places: Int32Array,
  threshold: SetThresholds,
): ReadonlyMap<string, Walk> {
  return new Map([...testSets(run)].map(([set, rows]): [string, Walk] => {
    const labels = Float64Array.from(rows, (row) => run.label[row]);
    const scores = Float64Array.from(rows, (row) => run.score[row]);
    countBoth(`the statistics of test set "${set}"`, labels, scores);
    const ranking = rank(labels, scores, Int32Array.from(rows, (row) => places[row]));
    return [set, { ranking, curve: emptyCurve(ranking), at: { threshold: thresholdOf(set, threshold) } }];
  }));
}

function thresholdOf(set: string, threshold: SetThresholds): number {
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
    readonly weights: Int32Array;
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
