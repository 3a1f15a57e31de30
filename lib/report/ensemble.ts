import type { Interval } from "../types.ts";
import { type Figure, figure, look, plotlyText } from "./figure.ts";
import { axisNames, panelLayout } from "./panels.ts";
import { rangeLine } from "./ranges.ts";
import { timeTicks } from "./ticks.ts";

/** How well a method does with so many draws of noise averaged. */
export interface EnsembleRow {
  /** Its name. */
  readonly method: string;
  /** Draws that are averaged, at least 1. */
  readonly size: number;
  /** For one image, all draws together. */
  readonly seconds: number;
  /** A fraction, with its 95 % interval. */
  readonly accuracy: Interval;
}

/**
 * Accuracy by the number of draws whose errors are averaged, and by what they cost: whether a larger ensemble is worth
 * its time. Grounds are 95 % intervals; both axes across are logarithmic.
 *
 * @throws {RangeError} when there is no row, or a size or time is not above 0
 *
 * @example
 * ```ts
 * import { plot } from "./mod.ts";
 *
 * plot.ensemble([
 *   { method: "LaRE²", size: 1, seconds: 0.03, accuracy: { value: 0.81, low: 0.79, high: 0.83 } },
 *   { method: "LaRE²", size: 4, seconds: 0.1, accuracy: { value: 0.86, low: 0.84, high: 0.88 } },
 * ]);
 * ```
 */
export function ensemble(rows: readonly EnsembleRow[]): Figure {
  if (rows.length === 0) throw new RangeError("Cannot plot ensembles: found no row, expected at least one");
  const wrong = rows.find(({ size, seconds }) => !(size > 0 && seconds > 0));
  if (wrong !== undefined) {
    throw new RangeError(
      `Cannot plot an ensemble of ${wrong.size} in ${wrong.seconds} s by "${wrong.method}": expected both above 0`,
    );
  }
  const data = [...Map.groupBy(rows, ({ method }) => method)].flatMap(([method, own], i) => {
    const sorted = own.toSorted((a, b) => a.size - b.size);
    const column = (name: keyof Interval): number[] => sorted.map(({ accuracy }) => accuracy[name]);
    const band = { value: column("value"), low: column("low"), high: column("high") };
    return (["size", "seconds"] as const).flatMap((across, panel) =>
      rangeLine({
        name: plotlyText(method),
        group: String(i),
        x: sorted.map((row) => row[across]),
        band,
        look: look(i),
        axes: axisNames(panel),
        legend: panel === 0,
        hover: `${
          across === "size" ? "%{x} draws" : "%{x:.3g} s"
        }: %{y:.1%} [%{customdata[0]:.1%}, %{customdata[1]:.1%}]`,
      })
    );
  });
  const layout = panelLayout(["<b>by size</b>", "<b>by cost</b>"], {
    across: ["draws of noise averaged, logarithmic", "time for an image, logarithmic"],
    up: "accuracy, %",
    names: [...new Set(rows.map(({ method }) => method))],
    form: ".0%",
  });
  const seconds = rows.map((row) => row.seconds).sort((a, b) => a - b);
  const sizes = [...new Set(rows.map(({ size }) => size))].sort((a, b) => a - b);
  return figure(data, {
    ...layout,
    xaxis: { ...layout.xaxis, type: "log", tickmode: "array", tickvals: sizes, ticktext: sizes.map(String) },
    xaxis2: { ...layout.xaxis2, type: "log", ...timeTicks(seconds[0], seconds[seconds.length - 1]) },
    yaxis2: { ...layout.yaxis2, matches: "y" },
  });
}
