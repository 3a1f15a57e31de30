import type { Data } from "plotly.js-dist";
import { axisTitle, type Figure, figure, ink, look, plotlyText } from "./figure.ts";
import { shortTime, timeTicks } from "./ticks.ts";

/** How long a method took for an image, measured some times. */
export interface Cost {
  /** Of the method. */
  readonly name: string;
  /** Seconds for one image, one for each measurement. */
  readonly seconds: readonly number[];
}

/** Height of a line and of what stands around, in pixels. */
const LINE = 44, AROUND = 84;

/**
 * Seconds for an image by method on a logarithmic axis, as of LaRE, one step in latent space, and DIRE, a whole round
 * trip: the mark is the median, the line reaches from the fastest measurement to the slowest, and the text says how
 * many times the cheapest it is.
 *
 * @throws {RangeError} when there is no method, or one has no measurement or one that is not above 0
 *
 * @example
 * ```ts
 * import { plot } from "./mod.ts";
 *
 * plot.cost([{ name: "LaRE", seconds: [0.041, 0.043, 0.052] }, { name: "DIRE", seconds: [1.9, 2.1, 2.0] }]);
 * ```
 */
export function cost(costs: readonly Cost[]): Figure {
  if (costs.length === 0) throw new RangeError("Cannot plot costs: found no method, expected at least one");
  const rows = costs.map(({ name, seconds }) => {
    const wrong = seconds.length === 0 ? "no measurement" : seconds.find((one) => !(one > 0 && one < Infinity));
    if (wrong !== undefined) {
      const found = typeof wrong === "string" ? wrong : `${wrong} s`;
      throw new RangeError(`Cannot plot the cost of "${name}": found ${found}, expected some seconds above 0`);
    }
    const sorted = seconds.toSorted((a, b) => a - b);
    const half = sorted.length / 2;
    const median = (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
    return { name, low: sorted[0], median, high: sorted[sorted.length - 1] };
  });
  const least = Math.min(...rows.map(({ median }) => median));
  const [from, to] = [Math.min(...rows.map(({ low }) => low)), Math.max(...rows.map(({ high }) => high))];
  const data = rows.map(({ name, low, median, high }, i): Data => ({
    type: "scatter",
    mode: "text+markers",
    name: plotlyText(name),
    x: [median],
    y: [i],
    error_x: {
      type: "data",
      symmetric: false,
      array: [high - median],
      arrayminus: [median - low],
      color: look(i).colour,
      thickness: 2,
      width: 5,
    },
    marker: { color: look(i).colour, symbol: look(i).symbol, size: 11 },
    text: [`${shortTime(median)}${median === least ? "" : `, ${times(median / least)} ×`}`],
    textposition: "top center",
    textfont: { size: 13 },
    cliponaxis: false,
    hovertemplate: `${shortTime(low)} to ${shortTime(high)}`,
  }));
  return figure(data, {
    height: AROUND + LINE * rows.length,
    margin: { l: 16, r: 24, t: 28, b: 56 },
    showlegend: false,
    hovermode: "closest",
    xaxis: {
      type: "log",
      title: axisTitle("time for an image, logarithmic"),
      range: [Math.log10(from) - 0.25, Math.log10(to) + 0.25],
      ...timeTicks(from, to),
      gridcolor: ink.line,
      zeroline: false,
    },
    yaxis: {
      range: [rows.length - 0.5, -0.7],
      tickmode: "array",
      tickvals: rows.map((_, i) => i),
      ticktext: rows.map(({ name }) => plotlyText(name)),
      automargin: true,
      showgrid: false,
      zeroline: false,
      fixedrange: true,
    },
  });
}

function times(ratio: number): string {
  return ratio >= 10 ? String(Math.round(ratio)) : ratio.toFixed(1);
}
