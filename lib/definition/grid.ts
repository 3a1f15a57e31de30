import { canonical, fingerprint } from "./fingerprint.ts";
import { frozen, show } from "./part.ts";

/** A value on an axis. */
export type Coordinate = string | number | boolean;

/** What a grid is made of: a definition that can carry its point. */
export interface Tagged {
  /** By name of the axis, the value on it. */
  readonly tags: Readonly<Record<string, Coordinate>>;
}

/** The values to try, by the name of the family's parameter. */
export type Axes<Point> = { readonly [K in keyof Point]?: readonly NonNullable<Point[K]>[] };

/**
 * Every point of some named axes, the last axis moving fastest: one definition each, tagged with its point.
 * The result is an ordinary array; a sweep is an array.
 *
 * @param family a function from free parameters to a definition
 * @param axes at least one value an axis
 * @throws {RangeError} for an axis without values
 * @throws {TypeError} for an axis that changes nothing, as a misspelt one does
 *
 * @example
 * ```ts
 * import { grid } from "./grid.ts";
 *
 * const family = ({ λ = 0.05 } = {}) => ({ tags: {}, weight: λ });
 * grid(family, { λ: [0, 0.05, 0.5] }).map((definition) => definition.weight); // [0, 0.05, 0.5]
 * ```
 */
export function grid<Point, T extends Tagged>(family: (point: Point) => T, axes: Axes<NonNullable<Point>>): T[] {
  const named = Object.entries(axes as Record<string, readonly Coordinate[]>);
  let points: Record<string, Coordinate>[] = [{}];
  for (const [name, values] of named) {
    if (values.length === 0) {
      throw new RangeError(`Cannot make a grid: the axis "${name}" has no values, expected at least one`);
    }
    points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value })));
  }
  const made = points.map((point) => {
    const definition = family(point as Point);
    return frozen({ ...definition, tags: { ...definition.tags, ...point } });
  });
  for (const [name, values] of named) refuseIdleAxis(name, values, { points, made });
  return made;
}

/** An axis that the family does not read would repeat every run under another title. */
function refuseIdleAxis(
  name: string,
  values: readonly Coordinate[],
  { points, made }: { points: readonly Record<string, Coordinate>[]; made: readonly Tagged[] },
): void {
  if (new Set(values).size < 2) return;
  const seen = new Map<string, string>();
  for (const [i, point] of points.entries()) {
    const others = canonical({ ...point, [name]: null });
    const identity = fingerprint(made[i]);
    if ((seen.get(others) ?? identity) !== identity) return;
    seen.set(others, identity);
  }
  throw new TypeError(
    `Cannot make a grid: the axis "${name}" changes nothing, ${show(values)} give the same definition; ` +
      "expected the name of a parameter that the family reads",
  );
}
