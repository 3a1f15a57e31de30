import type { Data } from "plotly.js-dist";
import type { Interval } from "../types.ts";
import { type Figure, figure, look, plotlyText } from "./figure.ts";
import { axisNames, panelLayout } from "./panels.ts";
import { rangeLine } from "./ranges.ts";
import { measuredTicks } from "./ticks.ts";

/** How a method does where images were spoilt in some way. */
export interface RobustnessRow {
  /** Null, or left out, where there is one method alone. */
  readonly method?: string | null;
  /** What was done, as "jpeg"; "none" for images as they are. */
  readonly corruption: string;
  /** In the unit of what was done: a JPEG quality, a scale, a standard deviation; NaN where there is none. */
  readonly strength: number;
  /** Test set, or "mean". */
  readonly set: string;
  /** A fraction, with its 95 % interval. */
  readonly metric: Interval;
}

/** What the rows hold. */
export interface RobustnessOptions {
  /** Title of the axes up, with its unit; default: "accuracy, %". */
  readonly title?: string;
}

/** What the strength of a corruption is, and whether smaller is harder: harder is always further right. */
const strengths: Readonly<Record<string, { title: string; falling: boolean }>> = {
  jpeg: { title: "JPEG quality", falling: true },
  webp: { title: "WebP quality", falling: true },
  scale: { title: "scale of the sides", falling: true },
  resize: { title: "side of all images, pixels", falling: true },
  crop: { title: "share of the sides kept", falling: true },
  blur: { title: "standard deviation of the blur, pixels", falling: false },
  noise: { title: "standard deviation of the noise, of 255", falling: false },
};

/**
 * A number by how hard images were spoilt, a panel for each corruption, harder always to the right; a line for each
 * method, or for each test set where there is one method. Grounds are 95 % intervals. Images as they are make a thin
 * level in every panel.
 *
 * @throws {RangeError} when there is no row, or two of one place, or none of spoilt images
 *
 * @example
 * ```ts
 * import { plot } from "./mod.ts";
 *
 * const at = (value: number) => ({ value, low: value - 0.03, high: value + 0.02 });
 * plot.robustness([
 *   { corruption: "none", strength: NaN, set: "mean", metric: at(0.93) },
 *   { corruption: "jpeg", strength: 90, set: "mean", metric: at(0.9) },
 *   { corruption: "jpeg", strength: 50, set: "mean", metric: at(0.7) },
 *   { corruption: "blur", strength: 1, set: "mean", metric: at(0.8) },
 * ]);
 * ```
 */
export function robustness(
  rows: readonly RobustnessRow[],
  { title = "accuracy, %" }: RobustnessOptions = {},
): Figure {
  if (rows.length === 0) throw new RangeError("Cannot plot robustness: found no row, expected at least one");
  const methods = new Set(rows.map(({ method }) => method ?? null)).size > 1;
  const sets = new Set(rows.map(({ set }) => set)).size > 1;
  const lineName = ({ method, set }: RobustnessRow): string =>
    !methods ? set : sets ? `${method ?? "–"}, ${set}` : method ?? "–";
  const names = [...new Set(rows.map(lineName))];
  const plain = rows.filter(({ corruption }) => corruption === "none");
  const corruptions = [...Map.groupBy(rows.filter((row) => !plain.includes(row)), ({ corruption }) => corruption)];
  if (corruptions.length === 0) {
    throw new RangeError("Cannot plot robustness: found images as they are alone, expected some that were spoilt");
  }
  const levels = corruptions.flatMap(([, own], panel) =>
    plain.map((row): Data => {
      const n = names.indexOf(lineName(row));
      const places = own.map(({ strength }) => known(strength));
      return {
        type: "scatter",
        mode: "lines",
        name: plotlyText(lineName(row)),
        legendgroup: String(n),
        ...axisNames(panel),
        x: levelEnds(places),
        y: [row.metric.value, row.metric.value],
        line: { color: look(n).colour, dash: "dot", width: 1 },
        showlegend: false,
        hovertemplate: "as they are: %{y:.1%}",
      };
    })
  );
  const data = corruptions.flatMap(([corruption, own], panel) =>
    [...Map.groupBy(own, lineName)].flatMap(([name, line]) => {
      const sorted = line.toSorted((a, b) => known(a.strength) - known(b.strength));
      const twice = sorted.find(({ strength }, i) => i > 0 && known(strength) === known(sorted[i - 1].strength));
      if (twice !== undefined) {
        throw new RangeError(
          `Cannot plot robustness: found two rows of "${name}" under ${corruption} ${twice.strength}, expected one`,
        );
      }
      const column = (part: keyof Interval): number[] => sorted.map(({ metric }) => metric[part]);
      const n = names.indexOf(name);
      return rangeLine({
        name: plotlyText(name),
        group: String(n),
        x: sorted.map(({ strength }) => known(strength)),
        band: { value: column("value"), low: column("low"), high: column("high") },
        look: look(n),
        axes: axisNames(panel),
        legend: corruptions.findIndex(([, rows]) => rows.some((row) => lineName(row) === name)) === panel,
        hover: `${plotlyText(corruption)} %{x}: %{y:.1%} [%{customdata[0]:.1%}, %{customdata[1]:.1%}]`,
      });
    })
  );
  const layout = panelLayout(corruptions.map(([name]) => `<b>${plotlyText(name)}</b>`), {
    across: corruptions.map(([name]) => strengths[lastStep(name)]?.title ?? plotlyText(`${name}, strength`)),
    up: title,
    names,
    form: ".0%",
  });
  const axes = corruptions.flatMap(([name, own], panel) => {
    const number = panel === 0 ? "" : String(panel + 1);
    const [x, y] = [`xaxis${number}`, `yaxis${number}`] as ["xaxis", "yaxis"];
    const strengthsOf = own.map(({ strength }) => known(strength));
    return [
      [x, {
        ...layout[x],
        ...measuredTicks(strengthsOf),
        tickangle: 0,
        ...(strengths[lastStep(name)]?.falling ? { autorange: "reversed" } : {}),
      }],
      [y, { ...layout[y], ...(panel === 0 ? {} : { matches: "y" }) }],
    ];
  });
  return figure([...levels, ...data], { ...layout, ...Object.fromEntries(axes) });
}

/** Where a level begins and ends: at the outer places, about a place that is alone. */
function levelEnds(places: readonly number[]): [number, number] {
  const [least, most] = [Math.min(...places), Math.max(...places)];
  const spare = least < most ? 0 : 0.25 * Math.abs(least) || 1;
  return [least - spare, most + spare];
}

/** A corruption without a strength has one place, at 0. */
function known(strength: number): number {
  return Number.isNaN(strength) ? 0 : strength;
}

/** What a strength is of, as "jpeg" of "crop-0.8+jpeg on fakes". */
function lastStep(name: string): string {
  return name.replace(/ on .*$/, "").split("+").at(-1)!;
}
