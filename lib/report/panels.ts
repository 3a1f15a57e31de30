import type { Layout } from "plotly.js-dist";
import { axisTitle, ink } from "./figure.ts";
import { moreLines } from "./legend.ts";

/** How panels are labelled. */
export interface PanelOptions {
  /** Title of the axis across, below the last panel of each column; several: one for each panel. */
  readonly across: string | readonly string[];
  /** Title of the axes up, beside the first panel of each row; several: one for each panel. */
  readonly up: string | readonly string[];
  /** What stands in the legend: room is made for as many lines as it takes on a narrow page. */
  readonly names?: readonly string[];
  /** A line under all panels. */
  readonly below?: string;
  /** Whether the axes up begin at zero. */
  readonly zero?: boolean;
  /** Form of the numbers on the axes up, as plotly writes it; ".0%" for fractions. */
  readonly form?: string;
  /** The last of what is counted across, as epochs are: ticks stand at whole numbers, at most ten of them. */
  readonly last?: number;
}

/** Height of the legend, a row of panels, the axis below them and a line under that, in pixels. */
const ABOVE = 84, ROW = 270, BELOW = 54, NOTE = 38;

/** Names of the n-th panel's axes, from 0, as a trace has them. */
export function axisNames(panel: number): { xaxis: "x"; yaxis: "y" } {
  const number = panel === 0 ? "" : String(panel + 1);
  return { xaxis: `x${number}` as "x", yaxis: `y${number}` as "y" };
}

/**
 * The layout of a figure whose panels stand in rows of two, each under its title, with a legend above all.
 *
 * @param titles of the panels, as plotly reads them
 */
export function panelLayout(titles: readonly string[], options: PanelOptions): Partial<Layout> {
  const { across, up, below = null, zero = false, form, last: end, names = [] } = options;
  const columns = Math.min(2, titles.length);
  const rows = Math.ceil(titles.length / columns);
  const own = typeof across !== "string" && rows > 1; // titles stand between the rows
  const above = ABOVE + moreLines(names);
  const row = own ? ROW + 40 : ROW;
  const bottom = BELOW + (below === null ? 0 : NOTE);
  const axes = titles.flatMap((_, panel) => {
    const number = panel === 0 ? "" : String(panel + 1);
    const last = panel + columns >= titles.length;
    const acrossTitle = typeof across === "string" ? (last ? across : null) : across[panel];
    const upTitle = typeof up === "string" ? (panel % columns === 0 ? up : null) : up[panel];
    return [
      [`xaxis${number}`, {
        gridcolor: ink.line,
        zeroline: false,
        ...(end === undefined ? {} : { dtick: Math.ceil(end / 10) }),
        ...(acrossTitle === null ? {} : { title: axisTitle(acrossTitle) }),
      }],
      [`yaxis${number}`, {
        gridcolor: ink.line,
        zeroline: false,
        ...(upTitle === null ? {} : { title: axisTitle(upTitle) }),
        ...(zero ? { rangemode: "tozero" } : {}),
        ...(form === undefined ? {} : { tickformat: form }),
      }],
    ];
  });
  return {
    ...Object.fromEntries(axes),
    ...(titles.length === 1 ? {} : {
      grid: {
        rows,
        columns,
        pattern: "independent",
        xgap: typeof up === "string" ? 0.16 : 0.3,
        ygap: own ? 0.34 : 0.3,
      },
    }),
    margin: { l: 68, r: 16, t: above, b: bottom },
    height: above + row * rows + bottom,
    // its lower edge stands clear of the panels' titles, whatever the height
    legend: { orientation: "h", x: 0, y: 1 + 34 / (row * rows), xanchor: "left", yanchor: "bottom" },
    hovermode: "closest",
    annotations: [
      ...titles.map((text, panel) => {
        const { xaxis, yaxis } = axisNames(panel);
        return {
          xref: `${xaxis} domain` as "x",
          yref: `${yaxis} domain` as "y",
          x: 0,
          y: 1,
          xanchor: "left" as const,
          yanchor: "bottom" as const,
          yshift: 6,
          text,
          showarrow: false,
        };
      }),
      ...(below === null ? [] : [{
        xref: "paper" as const,
        yref: "paper" as const,
        x: 0,
        y: 0,
        xanchor: "left" as const,
        yanchor: "top" as const,
        yshift: -48,
        text: below,
        font: { size: 12 },
        showarrow: false,
      }]),
    ],
  };
}
