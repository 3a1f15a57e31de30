import type { ColumnTable } from "arquero";
import type { Data } from "plotly.js-dist";
import type { CompareRow } from "./compare.ts";
import { axisTitle, type Figure, figure, ink, plotlyText } from "./figure.ts";
import { moreLines } from "./legend.ts";
import { marksOf } from "./marks.ts";
import { metricTitles } from "./numbers.ts";

/** What the bars show. */
export interface BarsOptions {
  /** Which number is drawn; default "accuracy". */
  readonly metric?: "accuracy" | "auc" | "averagePrecision";
}

/** Height with a legend of one line, in pixels. */
const HEIGHT = 450;

/**
 * A number by test set as bars, the methods side by side, with 95 % intervals; the probe is grey. The ground behind test
 * sets whose generator was trained on is tinted; a line marks chance. For a few test sets: `dots` holds many.
 *
 * @param table what `compare` gives, or some rows of it
 *
 * @example
 * ```ts
 * import { compare, plot } from "./mod.ts";
 * import { syntheticAblation } from "../../tests/report/records.ts"; // made up: yours come from run()
 *
 * plot.bars(compare(syntheticAblation()), { metric: "auc" });
 * ```
 */
export function bars(table: ColumnTable, { metric = "accuracy" }: BarsOptions = {}): Figure {
  const rows = table.objects() as CompareRow[];
  const labels = [...new Set(rows.map(label))];
  const marks = marksOf(rows);
  const above = moreLines(marks.map(({ name }) => name), { columns: true });
  const data = marks.map(({ name, kind, rows: own, look }): Data => {
    return {
      type: "bar",
      name: plotlyText(name),
      x: own.map(label),
      y: own.map((row) => row[metric]),
      error_y: {
        type: "data",
        symmetric: false,
        array: own.map((row) => row[`${metric}High`] - row[metric]),
        arrayminus: own.map((row) => row[metric] - row[`${metric}Low`]),
        color: ink.text,
        thickness: 1.5,
        width: 3,
      },
      customdata: own.map((row) => [row[`${metric}Low`], row[`${metric}High`]]),
      hovertemplate: " %{y:.1%} [%{customdata[0]:.1%}, %{customdata[1]:.1%}]",
      marker: {
        color: look.colour,
        opacity: kind === "probe" ? 0.5 : 1,
        pattern: { shape: look.hatch, fillmode: "overlay", size: 7, solidity: 0.25 },
      },
    };
  });
  const trained = labels.flatMap((name, i) =>
    rows.some((row) => row.role === "trained" && label(row) === name) ? [i] : []
  );
  return figure(data, {
    height: HEIGHT + above,
    margin: { l: 64, r: 72, t: 48 + above, b: 64 },
    barmode: "group",
    bargap: 0.25,
    bargroupgap: 0.08,
    xaxis: {
      type: "category",
      categoryorder: "array",
      categoryarray: labels,
      fixedrange: true,
      showgrid: false,
      tickangle: 0,
      title: axisTitle("test set"),
    },
    yaxis: {
      title: axisTitle(`${metricTitles[metric]}, %`),
      range: [0, 1],
      tickformat: ".0%",
      dtick: 0.1,
      gridcolor: ink.line,
      zeroline: false,
      fixedrange: true,
    },
    legend: { orientation: "h", x: 0, y: 1.02, xanchor: "left", yanchor: "bottom" },
    shapes: [
      ...trained.map((i) => ({
        type: "rect" as const,
        xref: "x" as const,
        yref: "paper" as const,
        x0: i - 0.5,
        x1: i + 0.5,
        y0: 0,
        y1: 1,
        fillcolor: ink.tint,
        line: { width: 0 },
        layer: "below" as const,
      })),
      {
        type: "line",
        xref: "paper",
        yref: "y",
        x0: 0,
        x1: 1,
        y0: 0.5,
        y1: 0.5,
        line: { color: ink.text, width: 1.5, dash: "dash" },
      },
    ],
    annotations: [{
      xref: "paper",
      yref: "y",
      x: 1,
      y: 0.5,
      xanchor: "left",
      yanchor: "middle",
      xshift: 6,
      text: "chance",
      showarrow: false,
    }],
  });
}

function label({ set, role }: CompareRow): string {
  if (role === "mean") return "<b>mean</b>";
  if (role === "mean of unseen") return "<b>mean of<br>unseen</b>";
  return role === "trained" ? `${plotlyText(set)}<br>(trained)` : plotlyText(set);
}
