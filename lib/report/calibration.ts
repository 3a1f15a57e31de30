import type { Data } from "plotly.js-dist";
import { ece } from "../metrics/ece.ts";
import type { RunRecord } from "../types.ts";
import { bandOf, rowsOf, type RunRows } from "./bands.ts";
import { type Figure, figure, ink, look, plotlyText } from "./figure.ts";
import { groupMethods } from "./methods.ts";
import { percent } from "./numbers.ts";
import { axisNames, panelLayout } from "./panels.ts";
import { onSharedSets } from "./shared_sets.ts";

/** Of which images, and how finely. */
export interface CalibrationOptions {
  /** A test set; null: all test images together, each once. */
  readonly set?: string | null;
  /** Bins of equal width; default: 10. */
  readonly bins?: number;
}

/**
 * Reliability: the share of fakes among the images that were given some probability, which on the diagonal is that
 * probability; beside it, how many images that are. Bars are 95 % intervals over source photographs and seeds; bins
 * without an image have no point. The legend has the expected calibration error in the same bins.
 *
 * @throws {RangeError} when there is no record, one is not done, none has such a test set, or `bins` is not a whole
 * number from 2 to 50
 *
 * @example
 * ```ts
 * import { plot } from "./mod.ts";
 * import { syntheticRecord } from "../../tests/report/records.ts"; // made up: yours come from run()
 *
 * plot.calibration([syntheticRecord({ name: "dual" })], { bins: 5 });
 * ```
 */
export function calibration(
  records: readonly RunRecord[],
  { set = null, bins = 10 }: CalibrationOptions = {},
): Figure {
  if (!Number.isInteger(bins) || bins < 2 || bins > 50) {
    throw new RangeError(`Cannot plot calibration in ${bins} bins: expected a whole number from 2 to 50`);
  }
  const methods = groupMethods(onSharedSets(records));
  const data = methods.flatMap(({ name, records }, i) => {
    const found = rowsOf(records.map(({ scores }) => scores), { set });
    const { rows } = found;
    const shares = bandOf((run, weights) => sharesOf(rows[run], { weights, bins }), found);
    const error = rows.reduce((sum, { labels, scores }) => sum + ece(labels, scores, { bins }), 0) / rows.length;
    const { means, counts } = binsOf(rows, bins);
    const known = counts.flatMap((count, bin) => count > 0 ? [bin] : []);
    const base = {
      type: "scatter" as const,
      name: `${plotlyText(name)}, ECE ${percent(error)} %`,
      legendgroup: String(i),
    };
    const { colour, dash, symbol } = look(i);
    return [
      {
        ...base,
        mode: "lines+markers",
        ...axisNames(0),
        x: known.map((bin) => means[bin]),
        y: known.map((bin) => shares.value[bin]),
        error_y: {
          type: "data",
          symmetric: false,
          array: known.map((bin) => shares.high[bin] - shares.value[bin]),
          arrayminus: known.map((bin) => shares.value[bin] - shares.low[bin]),
          color: colour,
          thickness: 1.25,
          width: 3,
        },
        customdata: known.map((bin) => [shares.low[bin], shares.high[bin]]),
        line: { color: colour, dash, width: 2 },
        marker: { color: colour, symbol, size: 8 },
        hovertemplate: "given %{x:.1%}: %{y:.1%} are fake [%{customdata[0]:.1%}, %{customdata[1]:.1%}]",
      },
      {
        ...base,
        mode: "lines",
        ...axisNames(1),
        x: [...counts.map((_, bin) => bin / bins), 1],
        y: [...counts, counts[bins - 1]],
        line: { color: colour, dash, width: 2, shape: "hv" },
        showlegend: false,
        hovertemplate: "from %{x:.0%}: %{y:.1%} of the images",
      },
    ] as Data[];
  });
  const layout = panelLayout(["<b>reliability</b>", "<b>how often it is given</b>"], {
    across: ["probability of fake given, %", "probability of fake given, %"],
    up: ["share of fakes among them, %", "share of the images, %"],
    form: ".0%",
    names: ["as often as it is said", ...methods.map(({ name }) => `${name}, ECE 00.0 %`)],
    zero: true,
  });
  const range: [number, number] = [-0.02, 1.02];
  return figure([diagonal, ...data], {
    ...layout,
    xaxis: { ...layout.xaxis, range, tickformat: ".0%" },
    xaxis2: { ...layout.xaxis2, range, tickformat: ".0%" },
    yaxis: { ...layout.yaxis, range },
  });
}

const diagonal: Data = {
  type: "scatter",
  mode: "lines",
  name: "as often as it is said",
  x: [0, 1],
  y: [0, 1],
  line: { color: ink.text, width: 1, dash: "dash" },
  hoverinfo: "skip",
};

function binOf(score: number, bins: number): number {
  return Math.min(Math.floor(score * bins), bins - 1);
}

/** Share of fakes in each bin. */
function sharesOf(
  { labels, scores, units }: RunRows,
  { weights, bins }: { weights: Int32Array; bins: number },
): number[] {
  const fakes = new Float64Array(bins), all = new Float64Array(bins);
  for (let row = 0; row < labels.length; row++) {
    const bin = binOf(scores[row], bins);
    fakes[bin] += weights[units[row]] * labels[row];
    all[bin] += weights[units[row]];
  }
  return Array.from(fakes, (count, bin) => all[bin] === 0 ? NaN : count / all[bin]);
}

/** Mean probability, and share of the rows, of each bin, over all runs. */
function binsOf(runs: readonly RunRows[], bins: number): { means: number[]; counts: number[] } {
  const sums = new Float64Array(bins), counts = new Float64Array(bins);
  for (const { scores } of runs) {
    for (const score of scores) {
      sums[binOf(score, bins)] += score;
      counts[binOf(score, bins)] += 1;
    }
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  return {
    means: Array.from(sums, (sum, bin) => sum / counts[bin]),
    counts: Array.from(counts, (count) => count / total),
  };
}
