import type { Config, Data, Layout } from "plotly.js-dist";

/**
 * What plotly's own types say of a figure.
 *
 * @internal
 */
interface Plotly {
  readonly data: readonly Data[];
  readonly layout: Partial<Layout>;
  readonly config: Partial<Config>;
}

/** A plotly figure as plain JSON. */
export interface Figure {
  /** Traces: what is drawn. */
  readonly data: Plotly["data"];
  /** Axes, titles, legend: what it is drawn on. */
  readonly layout: Plotly["layout"];
  /** How it answers to a reader's hand. */
  readonly config: Plotly["config"];
}

/** Colours that readers with any colour vision tell apart, on white and on black (Okabe and Ito 2008, without black and yellow). */
export const palette = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"] as const;

/** Colour of the n-th method, from 0; begins again after the last. */
export function colour(n: number): string {
  return palette[n % palette.length];
}

/** How the n-th of several things looks: where colours fail, as in grey or to some eyes, the other marks tell. */
export interface Look {
  readonly colour: string;
  /** Of its lines. */
  readonly dash: "solid" | "dash" | "dot" | "dashdot" | "longdash" | "longdashdot";
  /** Of its points. */
  readonly symbol: "circle" | "square" | "diamond" | "triangle-up" | "cross" | "x";
  /** Of its areas, in plotly's signs for hatchings. */
  readonly hatch: "" | "/" | "." | "x" | "\\" | "-";
}

const dashes = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"] as const;
const symbols = ["circle", "square", "diamond", "triangle-up", "cross", "x"] as const;
const hatches = ["", "/", ".", "x", "\\", "-"] as const;

/** Look of the n-th, from 0: all of it differs among the first six, and some of it among the first thirty-six. */
export function look(n: number): Look {
  const other = (n + Math.floor(n / palette.length)) % palette.length; // by one further with each turn of the colours
  return { colour: colour(n), dash: dashes[other], symbol: symbols[other], hatch: hatches[other] };
}

/** A colour that lets through what lies below, as the ground of an interval does. */
export function tinted(hex: string, opacity: number): string {
  const [red, green, blue] = [1, 3, 5].map((from) => parseInt(hex.slice(from, from + 2), 16));
  return `rgba(${red},${green},${blue},${opacity})`;
}

/** The title of an axis. */
export function axisTitle(text: string): { text: string; font: { size: number }; standoff: number } {
  return { text, font: { size: 13 }, standoff: 8 };
}

/** Ink, faint lines and tints that show on white and on black alike. */
export const ink = { text: "#787878", line: "rgba(128,128,128,0.28)", tint: "rgba(128,128,128,0.12)" } as const;

/** What figures can do beside being JSON: methods under symbols, as a notebook adds one. A figure made of another by `...` keeps them. */
export const abilities: Record<symbol, (this: Figure) => unknown> = {};

/** A figure in the house's look: no background of its own, so that it stands on light and dark pages. */
export function figure(data: readonly Data[], layout: Partial<Layout>): Figure {
  return {
    data,
    layout: {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", size: 14, color: ink.text },
      colorway: [...palette],
      margin: { l: 64, r: 16, t: 48, b: 64 },
      hoverlabel: { namelength: -1 },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: ink.text },
      ...layout,
    },
    config: { responsive: true, displaylogo: false, modeBarButtons: [["toImage", "resetScale2d"]] },
    ...abilities,
  };
}

/** A text as plotly should show it: plotly reads tags and entities in names, labels and titles. */
export function plotlyText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
