import { random } from "../random.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Coordinate, Tagged } from "./grid.ts";
import { frozen } from "./part.ts";

/** A range of numbers to draw from. */
export interface Range {
  /** The least of them. */
  readonly low: number;
  /** The greatest. */
  readonly high: number;
  /** Whether every factor is as likely as its inverse, as for learning rates, instead of every difference. */
  readonly log: boolean;
}

/** Where a parameter's values are drawn from: some values, each as likely, or a range of numbers. */
export type DrawAxes<Point> = {
  readonly [K in keyof Point]?:
    | readonly NonNullable<Point[K]>[]
    | (NonNullable<Point[K]> extends number ? Range : never);
};

/** Digits that a drawn number has: more would make tables and names long, and no result other. */
const DIGITS = 4;

/** Points in which an axis must change something. */
const TRIED = 8;

/**
 * Numbers from `low` to `high`, each as likely.
 *
 * @throws {RangeError} unless both are finite and `low` is the smaller
 */
export function uniform(low: number, high: number): Range {
  return rangeOf("uniform", { low, high, log: false });
}

/**
 * Numbers from `low` to `high` whose logarithm is uniform: as many between 1e-5 and 1e-4 as between 1e-4 and 1e-3.
 *
 * @throws {RangeError} unless both are finite and positive and `low` is the smaller
 */
export function logUniform(low: number, high: number): Range {
  return rangeOf("logUniform", { low, high, log: true });
}

/**
 * Random points of some named axes, one definition each, tagged with its point: what a grid of many axes costs too much
 * for (Bergstra and Bengio 2012). Every point and axis has a stream of its own, so that more points, or another axis,
 * leave those before as they were. Drawn numbers have four digits.
 *
 * @param family a function from free parameters to a definition
 * @param axes values, or a range, by the name of the parameter
 * @param how `points`: how many; `seed`: other points under another one
 * @throws {RangeError} for an axis without values, and fewer points than one
 * @throws {TypeError} for an axis that changes nothing, as a misspelt one does
 *
 * @example
 * ```ts
 * import { draws, logUniform } from "./draws.ts";
 *
 * const family = ({ rate = 1e-4, λ = 0.05 } = {}) => ({ tags: {}, rate, weight: λ });
 * draws(family, { rate: logUniform(1e-5, 1e-3), λ: [0, 0.05] }, { points: 20 }).length; // 20
 * ```
 */
export function draws<Point, T extends Tagged>(
  family: (point: Point) => T,
  axes: DrawAxes<NonNullable<Point>>,
  { points, seed = 1 }: { readonly points: number; readonly seed?: number },
): T[] {
  if (!Number.isInteger(points) || points < 1) {
    throw new RangeError(`Cannot draw points: "points" is ${points}, expected a whole number of at least 1`);
  }
  const named = Object.entries(axes as Record<string, readonly Coordinate[] | Range>);
  for (const [name, axis] of named) {
    if (isRange(axis) || axis.length > 0) continue;
    throw new RangeError(`Cannot draw points: the axis "${name}" has no values, expected at least one`);
  }
  const pointOf = (i: number): Record<string, Coordinate> =>
    Object.fromEntries(named.map(([name, axis]) => [name, drawn(axis, random(seed, "draws", i, name).uniform())]));
  const made = Array.from({ length: points }, (_, i) => {
    const point = pointOf(i);
    const definition = family(point as Point);
    return frozen({ ...definition, tags: { ...definition.tags, ...point } });
  });
  for (const [name, axis] of named) refuseIdleAxis(name, axis, { family: family as unknown as Family, pointOf, made });
  return made;
}

type Family = (point: Record<string, Coordinate>) => Tagged;

function drawn(axis: readonly Coordinate[] | Range, share: number): Coordinate {
  if (!isRange(axis)) return axis[Math.floor(share * axis.length)];
  const { low, high, log } = axis;
  const value = log ? low * (high / low) ** share : low + share * (high - low);
  return Math.min(high, Math.max(low, Number(value.toPrecision(DIGITS))));
}

/** An axis that the family does not read would repeat every run under another title. */
function refuseIdleAxis(
  name: string,
  axis: readonly Coordinate[] | Range,
  { family, pointOf, made }: {
    readonly family: Family;
    readonly pointOf: (i: number) => Record<string, Coordinate>;
    readonly made: readonly Tagged[];
  },
): void {
  const ends = isRange(axis) ? [axis.low, axis.high] : [...new Set(axis)];
  if (ends.length < 2) return;
  for (let i = 0; i < Math.min(TRIED, made.length); i++) {
    const point = pointOf(i);
    if (ends.some((end) => fingerprint(family({ ...point, [name]: end })) !== fingerprint(made[i]))) return;
  }
  throw new TypeError(
    `Cannot draw points: the axis "${name}" changes nothing, all of its values give the same definition; ` +
      "expected the name of a parameter that the family reads",
  );
}

function isRange(axis: readonly Coordinate[] | Range): axis is Range {
  return !Array.isArray(axis);
}

function rangeOf(maker: string, range: Range): Range {
  const { low, high, log } = range;
  if (Number.isFinite(low) && Number.isFinite(high) && low < high && (!log || low > 0)) return Object.freeze(range);
  throw new RangeError(
    `Cannot make ${maker}(${low}, ${high}): expected two finite ${log ? "positive " : ""}numbers, the smaller first`,
  );
}
