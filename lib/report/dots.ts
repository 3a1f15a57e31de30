import type { ColumnTable } from "arquero";
import type { Data, Layout } from "plotly.js-dist";
import type { CompareRow } from "./compare.ts";
import { axisTitle, type Figure, figure, ink, plotlyText } from "./figure.ts";
import { moreLines } from "./legend.ts";
import { type Mark, marksOf } from "./marks.ts";
import { metricTitles } from "./numbers.ts";
import { meansFirst } from "./text.ts";

/** What the dots show. */
export interface DotsOptions {
  /** Which number is drawn; default "accuracy". */
  readonly metric?: "accuracy" | "auc" | "averagePrecision";
}

/** Height of one mark's line, and of the space between two test sets, in pixels. */
const LINE = 13, GAP = 12;

/**
 * A number by test set as dots with 95 % intervals: the means and test sets down, the methods below one another inside
 * each, so that eight generators and long names have room. The probe is a grey diamond. The ground behind test sets whose generator
 * was trained on is tinted; a line marks chance.
 *
 * @param table what `compare` gives, or some rows of it
 *
 * @example
 * ```ts
 * import { compare, plot } from "./mod.ts";
 * import { syntheticAblation } from "../../tests/report/records.ts"; // made up: yours come from run()
 *
 * plot.dots(compare(syntheticAblation()));
 * ```
 */
export function dots(table: ColumnTable, { metric = "accuracy" }: DotsOptions = {}): Figure {
  const rows = meansFirst(table.objects() as CompareRow[]);
  const marks = marksOf(rows);
  const above = moreLines(marks.map(({ name }) => name), { columns: true });
  // the means count as two sets however many probes and methods call them so
  const sets = [...new Map(rows.map((row) => [`${row.role.startsWith("mean")} ${row.set}`, row])).values()];
  const height = marks.length * LINE + GAP;
  const line = (row: CompareRow, mark: number): number =>
    sets.findIndex(({ set, role }) => set === row.set && role.startsWith("mean") === row.role.startsWith("mean")) *
      height + GAP / 2 + (mark + 0.5) * LINE;
  const data = marks.map((mark, i): Data => trace(mark, { metric, places: mark.rows.map((row) => line(row, i)) }));
  const lowest = Math.min(0.5, ...rows.map((row) => row[`${metric}Low`]));
  const from = Math.floor(lowest * 20 - 0.4) / 20;
  const hasChance = metric !== "averagePrecision"; // there it depends on the share of fakes
  return figure(data, {
    yaxis: setAxis(sets, height),
    xaxis: valueAxis({ title: metricTitles[metric], from, chance: hasChance }),
    height: 126 + above + sets.length * height,
    margin: { l: 16, r: 26, t: 56 + above, b: 70 },
    legend: { orientation: "h", x: 0, y: 1, xanchor: "left", yanchor: "bottom", traceorder: "normal" },
    hovermode: "closest",
    shapes: [...ground(sets, height), ...(hasChance ? [chance] : [])],
  });
}

function trace(
  { name, rows, look }: Mark,
  { metric, places }: { readonly metric: NonNullable<DotsOptions["metric"]>; readonly places: readonly number[] },
): Data {
  return {
    type: "scatter",
    mode: "markers",
    name: plotlyText(name),
    x: rows.map((row) => row[metric]),
    y: [...places],
    error_x: {
      type: "data",
      symmetric: false,
      array: rows.map((row) => row[`${metric}High`] - row[metric]),
      arrayminus: rows.map((row) => row[metric] - row[`${metric}Low`]),
      color: look.colour,
      thickness: 1.5,
      width: 0,
    },
    customdata: rows.map((row) => [row[`${metric}Low`], row[`${metric}High`], plotlyText(row.set)]),
    hovertemplate: "%{customdata[2]}: %{x:.1%} [%{customdata[0]:.1%}, %{customdata[1]:.1%}]",
    marker: { color: look.colour, size: 8, symbol: look.symbol },
  };
}

/** Ticks in steps of ten points; the one at one half says that it is chance. */
function valueAxis(
  { title, from, chance }: { readonly title: string; readonly from: number; readonly chance: boolean },
): Layout["xaxis"] {
  const ticks = Array.from({ length: 11 }, (_, i) => i / 10).filter((tick) => tick >= from);
  return {
    title: axisTitle(`${title}, %`),
    range: [from, 1.005],
    tickmode: "array",
    tickvals: ticks,
    ticktext: ticks.map((tick) => `${Math.round(100 * tick)}%${chance && tick === 0.5 ? "<br>chance" : ""}`),
    gridcolor: ink.line,
    zeroline: false,
    fixedrange: true,
  };
}

/** One tick a test set, in the middle of its marks, the first on top. */
function setAxis(sets: readonly CompareRow[], height: number): Layout["yaxis"] {
  return {
    range: [sets.length * height, 0],
    tickmode: "array",
    tickvals: sets.map((_, i) => (i + 0.5) * height),
    ticktext: sets.map(label),
    automargin: true,
    showgrid: false,
    zeroline: false,
    fixedrange: true,
  };
}

const chance = {
  type: "line" as const,
  xref: "x" as const,
  yref: "paper" as const,
  x0: 0.5,
  x1: 0.5,
  y0: 0,
  y1: 1,
  line: { color: ink.text, width: 1.5, dash: "dash" as const },
  layer: "below" as const,
};

/** Tint behind the trained sets, and a line between two sets. */
function ground(sets: readonly CompareRow[], height: number): NonNullable<Layout["shapes"]> {
  const across = { xref: "paper" as const, yref: "y" as const, x0: 0, x1: 1, layer: "below" as const };
  return sets.flatMap(({ role }, i) => [
    ...(role === "trained"
      ? [{
        ...across,
        type: "rect" as const,
        y0: i * height,
        y1: (i + 1) * height,
        fillcolor: ink.tint,
        line: { width: 0 },
      }]
      : []),
    ...(i === 0
      ? []
      : [{ ...across, type: "line" as const, y0: i * height, y1: i * height, line: { color: ink.line, width: 1 } }]),
  ]);
}

function label({ set, role }: CompareRow): string {
  if (role === "mean") return "<b>mean</b>";
  if (role === "mean of unseen") return "<b>mean of unseen</b>";
  return role === "trained" ? `${plotlyText(set)}<br>(trained)` : plotlyText(set);
}
