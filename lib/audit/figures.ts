/** What an audit found, as figures: bars, boxes and lines for photographs and each generator. */
import { axisTitle, colour, type Figure, figure, ink, look, plotlyText } from "../report/figure.ts";
import type { Audit } from "./audit.ts";
import type { Group } from "./listing.ts";
import type { Counts, GroupRow } from "./tables.ts";

type Trace = Figure["data"][number];

/** A figure and what stands below it. */
export interface Captioned {
  /** What links lead to. */
  readonly id: string;
  /** Its heading. */
  readonly title: string;
  /** What is drawn. */
  readonly figure: Figure;
  /** What is to be seen in it, a sentence or two. */
  readonly caption: string;
}

/** The figures of an audit, those that it has numbers for. */
export function auditFigures({ tables: { groups, spectra }, spectrumSize }: Audit): Captioned[] {
  const found: Captioned[] = [
    {
      id: "formats",
      title: "Formats",
      figure: shares(groups, ({ formats }) => formats),
      caption: "Share of the images by the format of their files.",
    },
    {
      id: "sizes",
      title: "Sizes",
      figure: boxes(groups),
      caption: "Root of width times height, in pixels, on a logarithmic axis: the box holds half of the images, its " +
        "line is the median, the whiskers end where 5 % lie beyond.",
    },
    {
      id: "depths",
      title: "Bit depth",
      figure: shares(groups, ({ depths }) => depths),
      caption: "Share of the images by bits and channels.",
    },
  ];
  if (groups.some(({ quality }) => quality !== null)) {
    found.splice(1, 0, {
      id: "qualities",
      title: "JPEG quality",
      figure: shares(groups, ({ qualities }) => qualities),
      caption:
        "Share of the images by JPEG quality, estimated from quantisation tables. Images without one leave their " +
        "share empty.",
    });
  }
  if (spectra.length > 0) {
    found.push({
      id: "spectra",
      title: "Spectrum",
      figure: gaps(spectra),
      caption:
        "By how many decibels the mean power of fakes lies above that of photographs, by spatial frequency from " +
        `coarse to fine, of centres of ${spectrumSize} pixels. Left of the line what images show decides, right of it ` +
        "resizing, compression and the generator.",
    });
  }
  return found;
}

/** A group as readers should see it. */
export function groupName({ label, name }: Pick<Group, "label" | "name">): string {
  if (label === "fake") return name;
  return name === "all" ? "photographs" : `photographs of ${name}`;
}

/** Groups by name, splits together, photographs first. */
function byName(groups: readonly GroupRow[]): Map<string, GroupRow[]> {
  const { real = [], fake = [] } = Object.groupBy(groups, ({ label }) => label);
  return Map.groupBy([...real, ...fake], groupName);
}

function total(rows: readonly GroupRow[], countsOf: (row: GroupRow) => Counts): Map<string, number> {
  const sums = new Map<string, number>();
  for (const row of rows) {
    for (const [name, count] of Object.entries(countsOf(row))) sums.set(name, (sums.get(name) ?? 0) + count);
  }
  return sums;
}

function imagesOf(rows: readonly GroupRow[]): number {
  return Math.max(1, rows.reduce((sum, { images }) => sum + images, 0));
}

/** Height of a bar with its share of the space between, and of what stands around all. */
const BAR = 30, AROUND = 136;

/** Values that have a colour of their own; the rarer ones are together. */
const VALUES = 5;

function shares(groups: readonly GroupRow[], countsOf: (row: GroupRow) => Counts): Figure {
  const named = byName(groups);
  const sums = new Map([...named].map(([name, rows]) => [name, total(rows, countsOf)]));
  const common = [...total(groups, countsOf)].sort(([, a], [, b]) => b - a).map(([value]) => value);
  const kept = common.length > VALUES + 1 ? common.slice(0, VALUES) : common;
  const shareOf = (name: string, values: readonly string[]): number =>
    values.reduce((sum, value) => sum + (sums.get(name)!.get(value) ?? 0), 0) / imagesOf(named.get(name)!);
  const rest = common.slice(kept.length);
  const parts = [
    ...kept.map((value): [string, string[]] => [value, [value]]),
    ...rest.length === 0 ? [] : [["other", rest] as [string, string[]]],
  ];
  const data = parts.map(([value, values], i): Trace => ({
    type: "bar",
    orientation: "h",
    name: plotlyText(value),
    showlegend: true,
    y: [...named.keys()].map(plotlyText),
    x: [...named.keys()].map((name) => shareOf(name, values)),
    hovertemplate: "%{y}: %{x:.1%}",
    marker: value === "other" ? { color: ink.text } : {
      color: look(i).colour,
      pattern: { shape: look(i).hatch, fillmode: "overlay", size: 7, solidity: 0.25 },
    },
  }));
  return figure(data, {
    barmode: "stack",
    bargap: 0.3,
    ...rowsDown(named.size),
    xaxis: {
      title: axisTitle("share of the images, %"),
      range: [0, 1],
      tickformat: ".0%",
      gridcolor: ink.line,
      zeroline: false,
      fixedrange: true,
    },
  });
}

/** Sides that images often have, and how far the axis goes on beyond the outermost. */
const TICKS = [1, 2, 4, 8, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 8192];
const EDGE = 1.15;

function boxes(groups: readonly GroupRow[]): Figure {
  const rows = groups.filter(({ side }) => side !== null);
  const data = rows.map((row): Trace => {
    const { p5, p25, median, p75, p95 } = row.side!;
    const box = {
      type: "box",
      orientation: "h",
      name: plotlyText(`${groupName(row)}, ${row.split}`),
      y: [plotlyText(`${groupName(row)}, ${row.split}`)],
      ...{ lowerfence: [p5], q1: [p25], median: [median], q3: [p75], upperfence: [p95] },
      marker: { color: row.label === "real" ? ink.text : colour(0) },
      showlegend: false,
    };
    return box as unknown as Trace; // the types of plotly.js know no box whose quantiles are given
  });
  const [least, most] = [Math.min(...rows.map(({ side }) => side!.p5)), Math.max(...rows.map(({ side }) => side!.p95))];
  return figure(data, {
    ...rowsDown(rows.length),
    xaxis: {
      type: "log",
      range: [Math.log10(least / EDGE), Math.log10(most * EDGE)],
      tickmode: "array",
      tickvals: [...TICKS],
      gridcolor: ink.line,
      zeroline: false,
      title: axisTitle("root of width times height, pixels, logarithmic"),
    },
  });
}

function gaps(spectra: Audit["tables"]["spectra"]): Figure {
  const data = spectra.map(({ name, decibels }, i): Trace => ({
    type: "scatter",
    mode: "lines",
    name: plotlyText(name),
    x: decibels.map((_, k) => (k + 1) / decibels.length),
    y: [...decibels],
    hovertemplate: "%{y:+.2f} dB",
    line: { color: look(i).colour, dash: look(i).dash, width: 2 },
  }));
  return figure(data, {
    height: 360 + 20 * spectra.length, // on a narrow page the legend has a line for each
    xaxis: {
      title: axisTitle("share of the highest frequency"),
      gridcolor: ink.line,
      zeroline: false,
    },
    yaxis: {
      title: axisTitle("fakes − photographs, dB"),
      gridcolor: ink.line,
      zeroline: true,
      zerolinecolor: ink.text,
    },
    legend: { orientation: "h", x: 0, y: 1.02, xanchor: "left", yanchor: "bottom" },
    shapes: [{
      ...{ type: "line", xref: "x", yref: "paper", x0: 0.25, x1: 0.25, y0: 0, y1: 1 },
      line: { color: ink.text, width: 1, dash: "dot" },
    }],
  });
}

/** The first group on top, and room for names. */
function rowsDown(count: number): Figure["layout"] {
  return {
    height: AROUND + BAR * count,
    margin: { l: 16, r: 32, t: 56, b: 64 },
    yaxis: { type: "category", autorange: "reversed", automargin: true, fixedrange: true, showgrid: false },
    legend: { orientation: "h", x: 0, y: 1, xanchor: "left", yanchor: "bottom", traceorder: "normal" },
  };
}
