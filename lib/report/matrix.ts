import type { Interval } from "../types.ts";
import { type Figure, plotlyText } from "./figure.ts";
import { heat, type HeatCell } from "./heat.ts";
import { percent } from "./numbers.ts";

/** How a detector trained on one generator does on another. */
export interface MatrixCell {
  /** Null, or left out, where there is one method alone. */
  readonly method?: string | null;
  /** The generator that was learned from. */
  readonly trained: string;
  /** The one that was tested with. */
  readonly tested: string;
  /** A fraction, with its 95 % interval. */
  readonly value: Interval;
}

/** What the cells hold. */
export interface MatrixOptions {
  /** Title of the colours, with its unit; default: "accuracy, %". */
  readonly title?: string;
}

/**
 * Trained on each generator, tested on each: a grid for each method, cells with their 95 % intervals, those of the
 * generator that was trained on framed. Above each grid stand the means of the framed cells and of the others.
 *
 * @throws {RangeError} when there is no cell, or two of one place
 *
 * @example
 * ```ts
 * import { plot } from "./mod.ts";
 *
 * const at = (value: number) => ({ value, low: value - 0.02, high: value + 0.02 });
 * plot.matrix([
 *   { trained: "sd14", tested: "sd14", value: at(0.99) },
 *   { trained: "sd14", tested: "glide", value: at(0.71) },
 *   { trained: "glide", tested: "sd14", value: at(0.64) },
 *   { trained: "glide", tested: "glide", value: at(0.98) },
 * ]);
 * ```
 */
export function matrix(cells: readonly MatrixCell[], { title = "accuracy, %" }: MatrixOptions = {}): Figure {
  if (cells.length === 0) throw new RangeError("Cannot plot a matrix: found no cell, expected at least one");
  const groups = Map.groupBy(cells, ({ method }) => method ?? null);
  // both axes in one order, so that the diagonal is one
  const names = [...new Set(cells.flatMap(({ trained, tested }) => [trained, tested]))];
  const rows = names.filter((name) => cells.some(({ trained }) => trained === name));
  const panels = [...groups].map(([method, own]) => {
    const places = own.map(({ trained, tested }) => JSON.stringify([trained, tested]));
    const twice = places.findIndex((place, i) => places.indexOf(place) !== i);
    if (twice >= 0) {
      throw new RangeError(
        `Cannot plot a matrix: found two cells of "${own[twice].trained}" tested on "${own[twice].tested}"` +
          `${method === null ? "" : ` by "${method}"`}, expected one`,
      );
    }
    return { title: titleOf(method, own), cells: own.map(cellOf) };
  });
  return heat(panels, {
    columns: names.filter((name) => cells.some(({ tested }) => tested === name)),
    rows,
    across: "tested on",
    down: "trained on",
    title,
  });
}

function cellOf({ trained, tested, value }: MatrixCell): HeatCell {
  return { across: tested, down: trained, value, framed: trained === tested };
}

function titleOf(method: string | null, cells: readonly MatrixCell[]): string {
  const mean = (own: boolean): string | null => {
    const some = cells.filter(({ trained, tested }) => (trained === tested) === own);
    return some.length === 0 ? null : percent(some.reduce((sum, { value }) => sum + value.value, 0) / some.length);
  };
  const [own, others] = [mean(true), mean(false)];
  const words = [own === null ? [] : [`${own} on what was trained on`], others === null ? [] : [`${others} on others`]];
  const means = words.flat().join(", ");
  return method === null ? means : `<b>${plotlyText(method)}</b>: ${means}`;
}
