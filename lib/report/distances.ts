import type { RunRecord } from "../types.ts";
import { epochLines, lastEpoch } from "./epoch_lines.ts";
import { type Figure, figure } from "./figure.ts";
import { groupMethods } from "./methods.ts";
import { meanAndSpread, type Spread } from "./numbers.ts";
import { panelLayout } from "./panels.ts";

/** The two distances as figures and tables title them. */
export const distanceTitles = {
  real: "real ↔ its reconstruction",
  fake: "fake ↔ its reconstruction",
} as const;

/**
 * How far validation samples and their reconstructions lie apart by epoch, photographs in one panel and fakes in the
 * other, as mean squared distance of unit embeddings: a colour for each method, a thin line for each seed, a thick one
 * for the mean. Runs that did not measure it are left out.
 *
 * @throws {RangeError} when there is no record, one is not done, or none measured distances
 *
 * @example
 * ```ts
 * import { plot } from "./mod.ts";
 * import { syntheticAblation } from "../../tests/report/records.ts"; // made up: yours come from run()
 *
 * plot.distances(syntheticAblation({ epochs: 4, distances: true }));
 * ```
 */
export function distances(records: readonly RunRecord[]): Figure {
  const methods = groupMethods(records);
  if (!hasDistances(records)) {
    throw new RangeError(
      "Cannot plot embedding distances: no record holds any, expected at least one; runs measure them where " +
        "the validation samples have reconstructions",
    );
  }
  const data = epochLines(methods, {
    panels: [(row) => row.distances?.real ?? null, (row) => row.distances?.fake ?? null],
    form: ".4g",
  });
  const titles = Object.values(distanceTitles).map((title) => `<b>${title}</b>`);
  return figure(data, {
    ...panelLayout(titles, {
      across: "epoch",
      up: "mean squared distance",
      below: "Mean squared distance of unit embeddings, 0 to 4.",
      zero: true,
      last: lastEpoch(methods),
      names: methods.map(({ name }) => name),
    }),
  });
}

/** Whether any epoch of any record has distances. */
export function hasDistances(records: readonly RunRecord[]): boolean {
  return records.some(({ history }) =>
    history.some(({ distances }) => (distances?.real ?? null) !== null || (distances?.fake ?? null) !== null)
  );
}

/** Distances of a method after its last epoch. */
export interface LastDistances {
  /** Its name. */
  readonly method: string;
  /** Runs that measured any. */
  readonly seeds: number;
  /** Over seeds; null where no run has it. */
  readonly real: Spread | null;
  /** See `real`. */
  readonly fake: Spread | null;
  /** Real less fake, run by run. */
  readonly gap: Spread | null;
}

/** Distances after the last epoch, over the seeds of each method; methods without any are left out. */
export function lastDistances(records: readonly RunRecord[]): LastDistances[] {
  return groupMethods(records).flatMap(({ name, records }) => {
    const last = records.flatMap(({ history }) => history.at(-1)?.distances ?? []);
    const known = last.filter(({ real, fake }) => real !== null || fake !== null);
    const gaps = known.map(({ real, fake }) => real === null || fake === null ? null : real - fake);
    const over = (values: readonly (number | null)[]): Spread | null =>
      meanAndSpread(values.filter((value) => value !== null));
    return known.length === 0 ? [] : [{
      method: name,
      seeds: known.length,
      real: over(known.map(({ real }) => real)),
      fake: over(known.map(({ fake }) => fake)),
      gap: over(gaps),
    }];
  });
}
