/** Lines with the ground of their intervals, as traces. */
import type { Data } from "plotly.js-dist";
import type { Band } from "./bands.ts";
import { type Look, tinted } from "./figure.ts";

/** What a line with its interval is drawn from. */
export interface RangeLine {
  /** Safe for plotly. */
  readonly name: string;
  /** What it is switched on and off with. */
  readonly group: string;
  readonly x: readonly number[];
  readonly band: Band;
  readonly look: Look;
  /** Panel and the like. */
  readonly axes: { readonly xaxis: "x"; readonly yaxis: "y" };
  readonly legend: boolean;
  /** Forms of x and y in the hover text, as plotly writes them. */
  readonly hover: string;
  readonly markers?: boolean;
}

/** A line above the ground of its interval; places without a value are left out. One place alone has a bar instead. */
export function rangeLine({ name, group, x, band, look, axes, legend, hover, markers = true }: RangeLine): Data[] {
  const known = band.value.flatMap((value, i) => Number.isFinite(value) ? [i] : []);
  const at = (column: readonly number[]): number[] => known.map((i) => short(column[i]));
  const base = { type: "scatter" as const, name, legendgroup: group, ...axes };
  const across = at(x);
  const ground: Data = {
    ...base,
    mode: "lines",
    x: [...across, ...across.toReversed()],
    y: [...at(band.high), ...at(band.low).reverse()],
    fill: "toself",
    fillcolor: tinted(look.colour, 0.16),
    line: { width: 0 },
    hoverinfo: "skip",
    showlegend: false,
  };
  const [only] = known;
  const bar = known.length !== 1 ? {} : {
    error_y: {
      type: "data" as const,
      symmetric: false,
      array: [short(band.high[only] - band.value[only])],
      arrayminus: [short(band.value[only] - band.low[only])],
      color: look.colour,
      thickness: 1.5,
      width: 4,
    },
  };
  return [
    ...known.length === 1 ? [] : [ground],
    {
      ...base,
      ...bar,
      mode: markers ? "lines+markers" : "lines",
      x: across,
      y: at(band.value),
      customdata: known.map((i) => [short(band.low[i]), short(band.high[i])]),
      line: { color: look.colour, dash: look.dash, width: 2.25 },
      marker: { color: look.colour, symbol: look.symbol, size: 8 },
      showlegend: legend,
      hovertemplate: hover,
    },
  ];
}

/** Fewer digits than a double has: a page holds thousands of them. */
function short(value: number): number {
  return Number(value.toPrecision(6));
}
