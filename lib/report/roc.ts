import type { Data } from "plotly.js-dist";
import { auc } from "../metrics/auc.ts";
import { rank, weigh } from "../metrics/ranking.ts";
import { curveRoc } from "../metrics/roc.ts";
import type { RunRecord } from "../types.ts";
import { bandOf, rowsOf } from "./bands.ts";
import { type Figure, figure, ink, look, plotlyText } from "./figure.ts";
import { groupMethods } from "./methods.ts";
import { percent } from "./numbers.ts";
import { axisNames, panelLayout } from "./panels.ts";
import { rangeLine } from "./ranges.ts";
import { onSharedSets } from "./shared_sets.ts";

/** Of which images. */
export interface RocOptions {
  /** A test set; null: all test images together, each once. */
  readonly set?: string | null;
}

/** False-positive rates from a thousandth on, evenly on both axes. */
const RATES = [
  ...new Set([
    0,
    ...Array.from({ length: 61 }, (_, i) => Number((10 ** (-3 + i / 20)).toPrecision(4))),
    ...Array.from({ length: 51 }, (_, i) => i / 50),
  ]),
].sort((a, b) => a - b);

/** The smallest rate that the second panel shows. */
const LEAST = 0.001;

/**
 * ROC curves: the share of fakes found by the share of photographs called fake, in whole and, on a logarithmic axis,
 * where few photographs are; the dashed line is chance. Several seeds of a method are averaged at each rate, and the
 * ground of a curve is its 95 % interval over source photographs and seeds.
 *
 * @throws {RangeError} when there is no record, one is not done, or none has such a test set
 *
 * @example
 * ```ts
 * import { plot } from "./mod.ts";
 * import { syntheticRecord } from "../../tests/report/records.ts"; // made up: yours come from run()
 *
 * plot.roc([syntheticRecord({ name: "plain", distance: 1 }), syntheticRecord({ name: "dual", terms: { pull: 1 } })]);
 * plot.roc([syntheticRecord({ name: "plain" })], { set: "B" });
 * ```
 */
export function roc(records: readonly RunRecord[], { set = null }: RocOptions = {}): Figure {
  const methods = groupMethods(onSharedSets(records));
  const data = methods.flatMap(({ name, records }, i) => {
    const found = rowsOf(records.map(({ scores }) => scores), { set });
    const { rows } = found;
    const rankings = rows.map(({ labels, scores, units }) => rank(labels, scores, units));
    const band = bandOf((run, weights) => curveRoc(weigh(rankings[run], weights), { at: RATES }), found);
    const area = rows.reduce((sum, { labels, scores }) => sum + auc(labels, scores), 0) / rows.length;
    return [0, 1].flatMap((panel) =>
      rangeLine({
        name: `${plotlyText(name)}, AUC ${percent(area)} %`,
        group: String(i),
        x: RATES,
        band,
        look: look(i),
        axes: axisNames(panel),
        legend: panel === 0,
        markers: false,
        hover: "%{y:.1%} of fakes [%{customdata[0]:.1%}, %{customdata[1]:.1%}] at %{x:.1%} of photographs",
      })
    );
  });
  const layout = panelLayout(["<b>all rates</b>", "<b>few photographs called fake</b>"], {
    across: ["false-positive rate, %", "false-positive rate, %, logarithmic"],
    up: "true-positive rate, %",
    form: ".0%",
    names: ["chance", ...methods.map(({ name }) => `${name}, AUC 00.0 %`)],
  });
  const range: [number, number] = [-0.01, 1.01];
  return figure([...chance(), ...data], {
    ...layout,
    xaxis: { ...layout.xaxis, range, tickformat: ".0%" },
    xaxis2: {
      ...layout.xaxis2,
      type: "log",
      range: [Math.log10(LEAST), 0],
      tickmode: "array",
      tickvals: [0.001, 0.01, 0.1, 1],
      ticktext: ["0.1%", "1%", "10%", "100%"],
    },
    yaxis: { ...layout.yaxis, range },
    yaxis2: { ...layout.yaxis2, range },
  });
}

function chance(): Data[] {
  return [0, 1].map((panel) => ({
    type: "scatter" as const,
    mode: "lines" as const,
    name: "chance",
    x: RATES,
    y: RATES,
    ...axisNames(panel),
    line: { color: ink.text, width: 1, dash: "dash" as const },
    hoverinfo: "skip" as const,
    legendgroup: "chance",
    showlegend: panel === 0,
  }));
}
