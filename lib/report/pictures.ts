/** Pictures beside one another inside a figure. */
import type { Data, Layout } from "plotly.js-dist";
import { ink } from "./figure.ts";

/** One picture and its lines of text. */
export interface Tile {
  /** Addresses of its bytes, data URLs, one laid over another. */
  readonly layers: readonly { readonly source: string; readonly opacity: number }[];
  /** Whether it begins at the top of its place where it does not fill it, not at the bottom. */
  readonly hangs?: boolean;
  /** Below it, as plotly reads them. */
  readonly lines: readonly string[];
  /** What is said where the pointer stands, as plotly reads it. */
  readonly hover: string;
}

/** Height of a picture and of a line below it, in pixels. */
const PICTURE = 120, TEXT = 17;

/** Share of its column that a picture fills. */
const FILLED = 0.94;

/**
 * Traces and layout of tiles in rows.
 *
 * @param columns tiles of a row
 * @throws {TypeError} when a picture's address is no data URL: a figure must ask no network
 */
export function tiles(
  all: readonly Tile[],
  { columns, top = 34 }: { readonly columns: number; readonly top?: number },
): { data: Data[]; layout: Partial<Layout> } {
  for (const { layers } of all) {
    const foreign = layers.find(({ source }) => !/^data:image\/(png|jpeg|webp);base64,/.test(source));
    if (foreign === undefined) continue;
    throw new TypeError(
      `Cannot show the picture "${foreign.source.slice(0, 60)}": expected a data URL of PNG, JPEG or WebP`,
    );
  }
  const lines = Math.max(0, ...all.map(({ lines }) => lines.length));
  const row = PICTURE + TEXT * lines + 14;
  const rows = Math.ceil(all.length / columns);
  const places = all.map((_, i) => ({ x: i % columns + 0.5, y: Math.floor(i / columns) * row }));
  const axis = { visible: false, fixedrange: true, zeroline: false, showgrid: false };
  return {
    data: [{
      type: "scatter",
      mode: "markers",
      name: "pictures",
      x: places.map(({ x }) => x),
      y: places.map(({ y }) => y + PICTURE / 2),
      marker: { size: PICTURE * 0.8, symbol: "square", opacity: 0 },
      hovertext: all.map(({ hover }) => hover),
      hovertemplate: "%{hovertext}<extra></extra>",
      showlegend: false,
    } as Data],
    layout: {
      height: top + rows * row + 8,
      margin: { l: 8, r: 8, t: top, b: 8 },
      hovermode: "closest",
      xaxis: { ...axis, range: [0, columns] },
      yaxis: { ...axis, range: [rows * row, 0] },
      images: all.flatMap(({ layers, hangs = false }, i) =>
        layers.map(({ source, opacity }, layer) => ({
          source,
          opacity,
          xref: "x" as const,
          yref: "y" as const,
          // plotly takes two of the same place for one
          x: places[i].x + 1e-6 * layer,
          y: places[i].y + (hangs ? 0 : PICTURE),
          sizex: FILLED,
          sizey: PICTURE,
          xanchor: "center" as const,
          yanchor: hangs ? "top" as const : "bottom" as const,
          sizing: "contain" as const,
          layer: "below" as const,
        }))
      ),
      annotations: all.flatMap(({ lines }, i) =>
        lines.map((text, k) => ({
          xref: "x" as const,
          yref: "y" as const,
          x: places[i].x,
          y: places[i].y + PICTURE + 4 + TEXT * k,
          xanchor: "center" as const,
          yanchor: "top" as const,
          text,
          font: { size: 12, ...(k === 0 ? {} : { color: ink.text }) },
          showarrow: false,
          borderpad: 0,
        }))
      ),
    },
  };
}

/** A text that fits below a picture. */
export function shortened(text: string, most = 16): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  return `${characters.slice(0, most - 1).join("")}…`;
}
