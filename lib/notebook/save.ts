import { rasterise } from "../image/svg.ts";
import type { Figure } from "../report/figure.ts";
import { writeAtomic } from "../runs/atomic.ts";

/** How a picture looks. */
export interface PictureOptions {
  /** In pixels; default: 900, and the height that the figure has for itself. */
  readonly width?: number;
  /** See `width`. */
  readonly height?: number;
  /** Ground and ink; null: no ground, and ink that is read on white and on black alike. Default: "light". */
  readonly theme?: "light" | "dark" | null;
  /** Pixels of a PNG for each of the figure's; default: 2. */
  readonly scale?: number;
}

/** The same as on pages, see lib/report/page.css. */
const themes = { light: { ground: "#ffffff", ink: "#1b1e23" }, dark: { ground: "#14161a", ink: "#e7e9ec" } } as const;

/** Height of a figure that does not tell its own, in pixels. */
const HEIGHT = 450;

/**
 * Writes a figure as a still picture, for a paper or a slide: drawn by plotly.js without a browser, asked of no network.
 * Equal figures and options give an equal SVG.
 *
 * @param file its ending says what is written: .svg or .png
 * @throws {RangeError} when the file ends otherwise, or the figure needs a canvas to be drawn
 *
 * @example
 * ```ts
 * import { plot } from "../report/mod.ts";
 * import { savePicture } from "./save.ts";
 *
 * const figure = plot.cost([{ name: "LaRE", seconds: [0.04] }, { name: "DIRE", seconds: [2.1] }]);
 * const folder = await Deno.makeTempDir();
 * await savePicture(figure, `${folder}/cost.svg`);
 * await savePicture(figure, `${folder}/cost.png`, { theme: "dark", width: 600 });
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function savePicture(figure: Figure, file: string, options: PictureOptions = {}): Promise<void> {
  const kind = /\.(svg|png)$/i.exec(file)?.[1].toLowerCase();
  if (kind === undefined) {
    throw new RangeError(`Cannot write a picture to "${file}": expected a name that ends in .svg or .png`);
  }
  await writeAtomic(file, kind === "svg" ? await svgOf(figure, options) : await pngOf(figure, options));
}

/** The bytes of a figure as PNG, as {@linkcode savePicture} writes them. */
export async function pngOf(figure: Figure, options: PictureOptions = {}): Promise<Uint8Array> {
  return await rasterise(await svgOf(figure, options), { scale: options.scale ?? 2 });
}

async function svgOf(figure: Figure, options: PictureOptions): Promise<string> {
  const { theme = "light", width = 900, height = Number(figure.layout.height ?? HEIGHT) } = options;
  // not a literal, or whoever imports the library had to have what draws pictures
  const { drawPicture } = await import(new URL("./picture.ts", import.meta.url).href) as typeof import("./picture.ts");
  return await drawPicture(themed(figure, theme), { width, height });
}

function themed(figure: Figure, theme: PictureOptions["theme"]): Figure {
  if (theme === null || theme === undefined) return figure;
  const { ground, ink } = themes[theme];
  const { layout } = figure;
  return { ...figure, layout: { ...layout, paper_bgcolor: ground, font: { ...layout.font, color: ink } } };
}
