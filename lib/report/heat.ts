/** Grids of coloured cells with their numbers, one below another. */
import type { Data, Layout } from "plotly.js-dist";
import type { Interval } from "../types.ts";
import { axisTitle, type Figure, figure, ink, plotlyText } from "./figure.ts";
import { percent } from "./numbers.ts";
import { inkOn, scaleBar, scaleText } from "./scale.ts";

/** One cell. */
export interface HeatCell {
  /** Of the column and the row that it stands in. */
  readonly across: string;
  readonly down: string;
  /** A fraction. */
  readonly value: Interval;
  /** Whether it is framed. */
  readonly framed?: boolean;
}

/** One grid. */
export interface HeatPanel {
  /** As plotly reads it. */
  readonly title: string;
  readonly cells: readonly HeatCell[];
}

/** What the grids have in common. */
export interface HeatOptions {
  /** Names of the columns and rows, in their order. */
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** Titles of the axes and of the colours. */
  readonly across: string;
  readonly down: string;
  readonly title: string;
}

/** Height of a cell, of what stands above the first grid, and between and below grids, in pixels. */
const CELL = 40, ABOVE = 46, BETWEEN = 118;

/**
 * Grids one below another, all under one scale of colours, each cell with its value and its interval in per cent.
 *
 * Cells are bars, which are drawn as shapes: the heat maps of plotly are pictures, for which a browser is needed.
 */
export function heat(panels: readonly HeatPanel[], options: HeatOptions): Figure {
  const { rows, title } = options;
  const values = panels.flatMap(({ cells }) => cells.map(({ value }) => value.value));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const range: [number, number] = high - low < 0.02 ? [low - 0.01, low + 0.01] : [low, high];
  const data = panels.map(({ cells }, i) => grid(cells, { ...options, range, panel: i }));
  const height = CELL * rows.length;
  const whole = panels.length * (height + BETWEEN) - BETWEEN;
  const axes = panels.flatMap((_, i) => {
    const number = i === 0 ? "" : String(i + 1);
    const top = 1 - i * (height + BETWEEN) / whole;
    const domain: [number, number] = [Math.max(0, top - height / whole), top];
    return [[`xaxis${number}`, acrossAxis(options, number)], [`yaxis${number}`, downAxis(options, { number, domain })]];
  });
  return figure([...data, scaleBar({ title, range, form: ".0%" }) as unknown as Data], {
    ...Object.fromEntries(axes),
    height: ABOVE + whole + 60,
    margin: { l: 16, r: 16, t: ABOVE, b: 60 },
    bargap: 0,
    barmode: "overlay",
    showlegend: false,
    hovermode: "closest",
    annotations: panels.map((panel, i) => ({
      xref: "paper" as const,
      yref: "paper" as const,
      x: 0,
      y: 1 - i * (height + BETWEEN) / whole,
      xanchor: "left" as const,
      yanchor: "bottom" as const,
      yshift: 6,
      text: panel.title,
      showarrow: false,
    })),
  });
}

function grid(
  cells: readonly HeatCell[],
  { columns, rows, range: [low, high], panel }: HeatOptions & { range: readonly [number, number]; panel: number },
): Data {
  const number = panel === 0 ? "" : String(panel + 1);
  const share = ({ value }: HeatCell): number => (value.value - low) / (high - low);
  const many = columns.length > 5;
  const edge = (end: number): string => many ? String(Math.round(100 * end)) : percent(end);
  return {
    type: "bar",
    xaxis: `x${number}`,
    yaxis: `y${number}`,
    x: cells.map(({ across }) => columns.indexOf(across)),
    base: cells.map(({ down }) => rows.indexOf(down) - 0.5),
    y: cells.map(() => 1),
    width: 1,
    text: cells.map(({ value: { value, low, high } }) =>
      `${percent(value)}<br><span style="font-size:${many ? 10 : 11}px">${edge(low)}–${edge(high)}</span>`
    ),
    textposition: "inside",
    insidetextanchor: "middle",
    textangle: 0,
    constraintext: "none",
    insidetextfont: { color: cells.map((cell) => inkOn(share(cell))), size: 12 },
    marker: {
      color: cells.map((cell) => scaleText(share(cell))),
      line: {
        color: cells.map(({ framed }) => framed ? "#d55e00" : "rgba(128,128,128,0.6)"),
        width: cells.map(({ framed }) => framed ? 2.5 : 0.5),
      },
    },
    hovertext: cells.map(({ across, down, value: { value, low, high } }) =>
      `${plotlyText(down)} → ${plotlyText(across)}: ${percent(value)} % [${percent(low)}, ${percent(high)}]`
    ),
    hovertemplate: "%{hovertext}<extra></extra>",
  } as unknown as Data; // the types of plotly.js know no list of text colours
}

function acrossAxis({ columns, across }: HeatOptions, number: string): Layout["xaxis"] {
  return {
    anchor: `y${number}` as "y",
    title: axisTitle(across),
    range: [-0.5, columns.length - 0.5],
    tickmode: "array",
    tickvals: columns.map((_, i) => i),
    ticktext: columns.map(plotlyText),
    tickangle: columns.some((name) => name.length > 9) && columns.length > 4 ? -30 : 0,
    automargin: true,
    showgrid: false,
    zeroline: false,
    fixedrange: true,
  };
}

function downAxis(
  { rows, down }: HeatOptions,
  { number, domain }: { number: string; domain: [number, number] },
): Layout["yaxis"] {
  return {
    anchor: `x${number}` as "x",
    domain,
    title: axisTitle(down),
    range: [rows.length - 0.5, -0.5],
    tickmode: "array",
    tickvals: rows.map((_, i) => i),
    ticktext: rows.map(plotlyText),
    automargin: true,
    showgrid: false,
    zeroline: false,
    fixedrange: true,
    tickcolor: ink.line,
  };
}
