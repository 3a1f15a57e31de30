import type { ColumnTable } from "arquero";
import type { Data, Layout } from "plotly.js-dist";
import type { CompareRow } from "./compare.ts";
import { axisTitle, type Figure, figure, ink, look, plotlyText } from "./figure.ts";
import { metricTitles, percentInterval, pointsInterval, probability } from "./numbers.ts";

/** What the ablation is told by. */
export interface AblationOptions {
  /** Which number is drawn; default "accuracy". */
  readonly metric?: "accuracy" | "auc" | "averagePrecision";
  /** Test set; null: the mean over unseen generators, or over all where it is not known which are unseen. */
  readonly set?: string | null;
}

/** Height of a variant's line and of what stands around, in pixels. */
const LINE = 58, AROUND = 184;

/** A row of `compare` with a baseline. */
type PairedRow =
  & CompareRow
  & Readonly<Record<`${NonNullable<AblationOptions["metric"]>}Difference${"" | "Low" | "High" | "P"}`, number | null>>;

/**
 * An ablation as a table that shows how far apart its numbers lie: a line for each variant, left its value and right
 * its paired difference from the baseline, both with 95 % intervals and in figures. A filled mark is a difference whose
 * interval leaves out zero, an open one might be chance; its p-value is that of the paired bootstrap.
 *
 * @param table what `compare` gives with a `baseline`
 * @throws {RangeError} when the table has no differences, or no such rows
 *
 * @example
 * ```ts
 * import { compare, plot } from "./mod.ts";
 * import { syntheticAblation } from "../../tests/report/records.ts"; // made up: yours come from sweep()
 *
 * plot.ablation(compare(syntheticAblation(), { baseline: "plain" }));
 * ```
 */
export function ablation(table: ColumnTable, { metric = "accuracy", set = null }: AblationOptions = {}): Figure {
  if (!table.columnNames().includes(`${metric}Difference`)) {
    throw new RangeError(
      "Cannot plot an ablation: the table has no differences, expected one of compare(records, { baseline })",
    );
  }
  const all = (table.objects() as PairedRow[]).filter(({ kind }) => kind === "method");
  const role = all.some((row) => row.role === "mean of unseen") ? "mean of unseen" : "mean";
  const rows = all.filter((row) => set === null ? row.role === role : row.set === set && !row.role.startsWith("mean"));
  const baseline = rows.find((row) => row[`${metric}Difference`] === null)?.method;
  if (baseline === undefined) {
    throw new RangeError(
      `Cannot plot an ablation${set === null ? "" : ` on test set "${set}"`}: found no row of a baseline, expected one`,
    );
  }
  const about = set ?? (role === "mean" ? "all test sets" : "unseen generators");
  return figure([...valueTraces(rows, metric), ...differenceTraces(rows, metric)], {
    ...layoutOf(rows, metric),
    annotations: [
      head({ panel: 0, text: `<b>${plotlyText(about)}</b>` }),
      head({ panel: 1, text: "<b>paired difference</b>" }),
      {
        xref: "paper",
        yref: "paper",
        x: 0,
        y: 0,
        xanchor: "left",
        yanchor: "top",
        yshift: -50,
        align: "left",
        text: `Differences are from ${plotlyText(baseline)};<br>filled: the 95 % interval leaves out zero.`,
        font: { size: 12 },
        showarrow: false,
      },
    ],
  });
}

function head({ panel, text }: { panel: 0 | 1; text: string }): NonNullable<Layout["annotations"]>[number] {
  const domain = `x${panel === 0 ? "" : "2"} domain` as "x";
  return {
    xref: domain,
    yref: "paper",
    x: 0,
    y: 1,
    xanchor: "left",
    yanchor: "bottom",
    yshift: 8,
    text,
    showarrow: false,
  };
}

type Metric = NonNullable<AblationOptions["metric"]>;

function valueTraces(rows: readonly PairedRow[], metric: Metric): Data[] {
  return [marks({
    name: metricTitles[metric],
    places: rows.map((_, i) => i),
    values: rows.map((row) => [row[metric], row[`${metric}Low`], row[`${metric}High`]]),
    texts: rows.map((row) => percentInterval(row[metric], row[`${metric}Low`], row[`${metric}High`])),
    filled: rows.map(() => true),
    axis: "x",
  })];
}

function differenceTraces(rows: readonly PairedRow[], metric: Metric): Data[] {
  const known = rows.flatMap((row, i) => {
    const [value, low, high, p] = (["", "Low", "High", "P"] as const).map((part) => row[`${metric}Difference${part}`]);
    return value === null || low === null || high === null ? [] : [{ i, value, low, high, p }];
  });
  return [marks({
    name: "paired difference",
    places: known.map(({ i }) => i),
    values: known.map(({ value, low, high }) => [100 * value, 100 * low, 100 * high]),
    texts: known.map(({ value, low, high, p }) =>
      pointsInterval(value, low, high) +
      (p === null ? "" : `<br>p ${p < 0.001 ? "" : "= "}${plotlyText(probability(p))}`)
    ),
    filled: known.map(({ low, high }) => low > 0 || high < 0),
    axis: "x2",
  })];
}

function marks({ name, places, values, texts, filled, axis }: {
  /** What a reader is told who cannot see the figure. */
  readonly name: string;
  readonly places: readonly number[];
  readonly values: readonly (readonly number[])[];
  readonly texts: readonly string[];
  readonly filled: readonly boolean[];
  readonly axis: "x" | "x2";
}): Data {
  const { colour, symbol } = look(axis === "x" ? 0 : 5);
  const shape = axis === "x" ? symbol : "diamond";
  return {
    type: "scatter",
    mode: "text+markers",
    name,
    xaxis: axis as "x",
    yaxis: "y",
    x: values.map(([value]) => value),
    y: [...places],
    error_x: {
      type: "data",
      symmetric: false,
      array: values.map(([value, , high]) => high - value),
      arrayminus: values.map(([value, low]) => value - low),
      color: colour,
      thickness: 2,
      width: 5,
    },
    marker: {
      color: colour,
      size: 11,
      symbol: filled.map((full) => full ? shape : `${shape}-open`) as unknown as "circle",
      line: { color: colour, width: 2 },
    },
    text: [...texts],
    textposition: "top center",
    textfont: { size: 12 },
    cliponaxis: false,
    hoverinfo: "text",
    showlegend: false,
  };
}

function layoutOf(rows: readonly PairedRow[], metric: Metric): Partial<Layout> {
  const value = { gridcolor: ink.line, zeroline: false, fixedrange: true, automargin: true };
  return {
    height: AROUND + LINE * rows.length,
    margin: { l: 16, r: 32, t: 48, b: 108 },
    xaxis: {
      ...value,
      domain: [0, 0.45],
      tickformat: ".0%",
      nticks: 5,
      title: axisTitle(`${metricTitles[metric]}, %`),
    },
    xaxis2: {
      ...value,
      domain: [0.55, 1],
      anchor: "y",
      nticks: 5,
      title: axisTitle("difference, percentage points"),
      zeroline: true,
      zerolinecolor: ink.text,
      zerolinewidth: 1.5,
    },
    yaxis: {
      range: [rows.length - 0.5, -0.8],
      tickmode: "array",
      tickvals: rows.map((_, i) => i),
      ticktext: rows.map(({ method }) => plotlyText(method)),
      automargin: true,
      showgrid: false,
      zeroline: false,
      fixedrange: true,
    },
  };
}
