/** What the files of recipes share: variants with names of their own, each once. */
import { type Axes, derive, type Experiment, fingerprint, grid } from "../mod.ts";

/** A number that was published, per cent. */
export interface Figure {
  /** The variant, by the name that tables have for it. */
  readonly variant: string;
  /** What it was tested on. */
  readonly data: string;
  readonly metric: "accuracy" | "auc" | "averagePrecision";
  readonly percent: number;
}

/** What was published of a system. */
export interface Published {
  readonly source: string;
  readonly figures: readonly Figure[];
}

/**
 * As `grid`, each definition with its point in its name, so that tables and folders tell them apart: "drct, α 0.1".
 *
 * @throws as `grid`
 */
export function named<Point>(family: (point: Point) => Experiment, axes: Axes<NonNullable<Point>>): Experiment[] {
  return grid(family, axes).map((made) => {
    const point = Object.entries(made.tags).map(([axis, value]) => `${axis} ${value === "" ? '""' : value}`);
    return derive(made, { name: [made.name, ...point].join(", ") });
  });
}

/** Each run once, in order and under its first name: a sweep comes by the point of its own recipe again. */
export function distinct(experiments: readonly Experiment[]): Experiment[] {
  const seen = new Set<string>();
  return experiments.filter((made) => {
    const identity = fingerprint(made);
    if (seen.has(identity)) return false;
    seen.add(identity);
    return true;
  });
}
