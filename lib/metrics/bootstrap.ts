import { random } from "../random.ts";
import { rankingAccuracy } from "./accuracy.ts";
import { rankingAuc } from "./auc.ts";
import { rankingAveragePrecision } from "./average_precision.ts";
import { rank, type Ranking } from "./ranking.ts";
import { countBoth } from "./rows.ts";
import { gatherSources, type ScoredRows } from "./sources.ts";
import { testSets } from "./test_sets.ts";

/** The statistics that are resampled; each walks a ranking under integer weights. */
const statistics = {
  accuracy: (ranking: Ranking, weights: Int32Array): number => rankingAccuracy(ranking, weights),
  auc: rankingAuc,
  averagePrecision: rankingAveragePrecision,
};

/** Name of a resampled statistic: accuracy at a threshold of 0.5, area under the ROC curve, average precision. */
export type Statistic = keyof typeof statistics;

/** One value of each statistic. */
export type ByStatistic<T> = Readonly<Record<Statistic, T>>;

/** The same of each statistic, by its name. */
export function eachStatistic<T>(make: (name: Statistic) => T): ByStatistic<T> {
  return Object.fromEntries(Object.keys(statistics).map((name) => [name, make(name as Statistic)])) as ByStatistic<T>;
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
  /** How often to draw, at least 1. */
  readonly resamples?: number;
  /** Of the stream of draws. */
  readonly seed?: number;
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
 * @throws {RangeError} when there is no run, the runs were tested on different rows, or a test set lacks a class
 *
 * Source: the percentile bootstrap of Efron and Tibshirani 1993 (chapters 8 and 13), over clusters within strata.
 */
export function bootstrap(runs: readonly ScoredRows[], options: BootstrapOptions): Resamples {
  const { trained, resamples = 2000, seed = 0 } = options;
  if (!Number.isInteger(resamples) || resamples < 1) {
    throw new RangeError(`Cannot resample: found ${resamples} resamples, expected 1 or more`);
  }
  const { index, strata, key } = gatherSources(runs);
  const rankings = runs.map((run) => rankSets(run, index));
  const draw = random(seed, "bootstrap");
  const weights = new Int32Array(index.size).fill(1);
  const evenly = runs.map(() => 1);
  const sets = new Map([...rankings[0].keys()].map((set) => [
    set,
    eachStatistic((name): Draws => ({
      value: meanOverRuns(name, { rankings, set, weights, times: evenly }),
      draws: new Float64Array(resamples),
    })),
  ]));
  for (let i = 0; i < resamples; i++) {
    weights.fill(0);
    for (const stratum of strata) {
      for (let k = 0; k < stratum.length; k++) weights[stratum[draw.integer(stratum.length)]] += 1;
    }
    const times = runs.map(() => 0);
    for (let k = 0; k < runs.length; k++) times[draw.integer(runs.length)] += 1;
    for (const [set, drawn] of sets) {
      for (const name of Object.keys(drawn) as Statistic[]) {
        drawn[name].draws[i] = meanOverRuns(name, { rankings, set, weights, times });
      }
    }
  }
  return { sets, trained, pairing: JSON.stringify([seed, resamples, runs.length, key]) };
}

interface Weighing {
  readonly rankings: readonly ReadonlyMap<string, Ranking>[];
  readonly set: string;
  /** By source. */
  readonly weights: Int32Array;
  /** By run, summing to the number of runs. */
  readonly times: readonly number[];
}

function meanOverRuns(name: Statistic, { rankings, set, weights, times }: Weighing): number {
  let sum = 0;
  for (let run = 0; run < rankings.length; run++) {
    if (times[run] > 0) sum += times[run] * statistics[name](rankings[run].get(set)!, weights);
  }
  return sum / rankings.length;
}

function rankSets(run: ScoredRows, index: ReadonlyMap<string, number>): ReadonlyMap<string, Ranking> {
  return new Map([...testSets(run)].map(([set, rows]) => {
    const labels = Array.from(rows, (row) => run.label[row]);
    const scores = Array.from(rows, (row) => run.score[row]);
    countBoth(`the statistics of test set "${set}"`, labels, scores);
    return [set, rank(labels, scores, Array.from(rows, (row) => index.get(run.source[row])!))];
  }));
}
