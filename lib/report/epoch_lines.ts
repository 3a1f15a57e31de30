import type { Data } from "plotly.js-dist";
import type { EpochRow } from "../types.ts";
import { look, plotlyText } from "./figure.ts";
import type { Method } from "./methods.ts";
import { axisNames } from "./panels.ts";

/** What lines by epoch show. */
export interface EpochLines {
  /** One panel each: what it shows of an epoch, null where there is nothing. */
  readonly panels: readonly ((row: EpochRow) => number | null)[];
  /** Form of a value in the hover text, as plotly writes it. */
  readonly form: string;
}

/**
 * Lines by epoch: in each panel a colour for each method, a thin line for each seed and a thick one for their mean.
 * With one seed there is the thick line alone. Methods of which nothing is known are left out.
 */
export function epochLines(methods: readonly Method[], { panels, form }: EpochLines): Data[] {
  return methods.flatMap((method, i) => {
    const lines = panels.flatMap((value, panel) => {
      const seeds = method.records.flatMap(({ history, experiment }) => {
        const points = history.map((row) => ({ x: row.epoch, y: value(row) }));
        return points.every(({ y }) => y === null) ? [] : [{ seed: experiment.seed, points }];
      });
      if (seeds.length === 0) return [];
      const base = {
        type: "scatter" as const,
        mode: "lines" as const,
        name: plotlyText(method.name),
        legendgroup: String(i),
        showlegend: false,
        ...axisNames(panel),
      };
      const thin = seeds.map(({ seed, points }): Data => ({
        ...base,
        ...columnsOf(points),
        opacity: 0.5,
        line: { color: look(i).colour, width: 1 },
        hovertemplate: `epoch %{x}: %{y:${form}} (seed ${seed})`,
      }));
      const all = seeds.length === 1 ? `(seed ${seeds[0].seed})` : `(mean of ${seeds.length} seeds)`;
      const thick: Data = {
        ...base,
        ...columnsOf(meanOf(seeds.map(({ points }) => points))),
        mode: "lines+markers",
        line: { color: look(i).colour, dash: look(i).dash, width: 2.75 },
        marker: { symbol: look(i).symbol, size: 7, maxdisplayed: 12 },
        hovertemplate: `epoch %{x}: %{y:${form}} ${all}`,
      };
      return seeds.length === 1 ? [thick] : [...thin, thick];
    });
    // the legend shows the thick line, which is the last of a panel
    return lines.map((line, k) => k === lines.length - 1 ? { ...line, showlegend: true } as Data : line);
  });
}

/** The last epoch of any of the methods. */
export function lastEpoch(methods: readonly Method[]): number {
  return Math.max(1, ...methods.flatMap(({ records }) => records.map(({ history }) => history.at(-1)?.epoch ?? 1)));
}

interface Point {
  readonly x: number;
  readonly y: number | null;
}

/** Over the epochs that every seed has. */
function meanOf(lines: readonly (readonly Point[])[]): Point[] {
  return lines[0].flatMap(({ x }) => {
    const values = lines.flatMap((points) => points.find((point) => point.x === x)?.y ?? []);
    return values.length < lines.length ? [] : [{ x, y: values.reduce((sum, y) => sum + y, 0) / values.length }];
  });
}

function columnsOf(points: readonly Point[]): { x: number[]; y: (number | null)[] } {
  return {
    x: points.map(({ x }) => x),
    y: points.map(({ y }) => y === null ? null : Number(y.toPrecision(6))),
  };
}
