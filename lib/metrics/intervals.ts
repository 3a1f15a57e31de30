import type { Interval } from "../types.ts";
import { type ByStatistic, type Draws, eachStatistic, type Resamples } from "./bootstrap.ts";
import { pairedP } from "./paired.ts";
import type { Statistic } from "./statistics.ts";

/** Something of each test set and of the means over them. */
export interface Summary<T> {
  readonly sets: ReadonlyMap<string, ByStatistic<T>>;
  /** Over all test sets, each counting the same. */
  readonly mean: ByStatistic<T>;
  /** Over the test sets whose generator was not trained on; null when there is none. */
  readonly unseen: ByStatistic<T> | null;
}

/** Intervals of each test set and of the means over them. */
export type Intervals = Summary<Interval>;

/**
 * Percentile intervals of what {@linkcode bootstrap} drew.
 *
 * @param level share of the resamples inside, above 0 and below 1
 * @throws {RangeError} for a level outside its range
 */
export function intervals(resamples: Resamples, { level = 0.95 }: { readonly level?: number } = {}): Intervals {
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`Cannot make an interval of level ${level}: expected more than 0 and less than 1, as 0.95`);
  }
  return summary(resamples, (draws) => interval(draws, level));
}

/** p-values of the paired differences that {@linkcode difference} gives, as {@linkcode pairedP} tells. */
export function pairedPs(differences: Resamples): Summary<number> {
  return summary(differences, pairedP);
}

function summary<T>(resamples: Resamples, of: (draws: Draws) => T): Summary<T> {
  const over = (sets: readonly ByStatistic<Draws>[]): ByStatistic<T> => eachStatistic((name) => of(meanOf(sets, name)));
  const all = [...resamples.sets.values()];
  const unseen = [...resamples.sets].filter(([set]) => !resamples.trained.includes(set)).map(([, drawn]) => drawn);
  return {
    sets: new Map([...resamples.sets].map(([set, drawn]) => [set, over([drawn])])),
    mean: over(all),
    unseen: unseen.length === 0 ? null : over(unseen),
  };
}

/**
 * Paired differences `of` − `against`, draw by draw, for {@linkcode intervals}. A test set counts as trained on when
 * either method was.
 *
 * @throws {RangeError} when the two were not drawn alike: on other rows, numbers of runs, resamples or seeds
 */
export function difference(of: Resamples, against: Resamples): Resamples {
  if (of.pairing !== against.pairing) {
    throw new RangeError(
      "Cannot pair two methods: found different test rows, numbers of runs, resamples or seeds of the draws, " +
        "expected the same; compare runs tested on the same data, as many seeds of one as of the other",
    );
  }
  const sets = new Map([...of.sets].map(([set, drawn]) => {
    const other = against.sets.get(set)!;
    return [
      set,
      eachStatistic((name): Draws => ({
        value: drawn[name].value - other[name].value,
        draws: drawn[name].draws.map((draw, i) => draw - other[name].draws[i]),
      })),
    ];
  }));
  return { sets, trained: [...new Set([...of.trained, ...against.trained])], pairing: of.pairing };
}

function meanOf(sets: readonly ByStatistic<Draws>[], name: Statistic): Draws {
  const draws = new Float64Array(sets[0][name].draws.length);
  for (const set of sets) for (let i = 0; i < draws.length; i++) draws[i] += set[name].draws[i] / sets.length;
  return { value: sets.reduce((sum, set) => sum + set[name].value, 0) / sets.length, draws };
}

function interval({ value, draws }: Draws, level: number): Interval {
  const sorted = draws.slice().sort();
  return { value, low: quantile(sorted, (1 - level) / 2), high: quantile(sorted, (1 + level) / 2) };
}

/** Linear between the order statistics (Hyndman and Fan 1996, type 7). */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
