import type { Data } from "plotly.js-dist";
import { type Figure, figure, plotlyText } from "./figure.ts";
import { shortened, type Tile, tiles } from "./pictures.ts";
import { pngUrl } from "./png.ts";
import { scaleBar, scaleColour } from "./scale.ts";

/** Numbers over the places of an image. */
export interface PlaceMap {
  /** Places in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Row by row; of several channels their mean. */
  readonly values: ArrayLike<number>;
}

/** An image and what lies over it. */
export interface MappedImage {
  /** What stands above it. */
  readonly title: string;
  /** Address of the image's bytes, a data URL. */
  readonly source: string;
  /** What is laid over it. */
  readonly map: PlaceMap;
}

/** What the maps hold. */
export interface ErrorMapsOptions {
  /** Title of the colours, with its unit; default: "error". */
  readonly title?: string;
}

/** Images of a row. */
const COLUMNS = 5;

/**
 * Images, and below each its map laid over it: what a diffusion model got wrong of each place, or what a network looks
 * at. One scale of colours holds for all; it ends where 1 % of the values lie beyond, so that one outlier does not
 * make everything else dark.
 *
 * @throws {RangeError} when there is no image
 * @throws {TypeError} when a map's values are not as many as its places, or an image's address is no data URL
 *
 * @example
 * ```ts
 * import { plot } from "./mod.ts";
 *
 * const source = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";
 * plot.errorMaps([{ title: "real", source, map: { width: 2, height: 1, values: [0.1, 0.4] } }]);
 * ```
 */
export function errorMaps(images: readonly MappedImage[], { title = "error" }: ErrorMapsOptions = {}): Figure {
  if (images.length === 0) throw new RangeError("Cannot lay out error maps: found no image, expected at least one");
  for (const { title, map: { width, height, values } } of images) {
    if (values.length === width * height && values.length > 0) continue;
    throw new TypeError(
      `Cannot show the map of "${title}": found ${values.length} values, expected ${width} × ${height}`,
    );
  }
  const sorted = Float64Array.from(images.flatMap(({ map }) => Array.from(map.values))).sort();
  const [low, most] = [0.01, 0.99].map((share) => sorted[Math.round(share * (sorted.length - 1))]);
  const high = most > low ? most : low + 1;
  const columns = Math.min(COLUMNS, Math.max(3, images.length));
  // rows of images and rows of maps in turn, the last ones filled up
  const laid = Array.from({ length: Math.ceil(images.length / columns) }, (_, row) => {
    const some = images.slice(row * columns, (row + 1) * columns);
    const rest = Array.from({ length: columns - some.length }, (): Tile => ({ layers: [], lines: [], hover: "" }));
    return [...some.map(plain), ...rest, ...some.map((image) => covered(image, [low, high])), ...rest];
  }).flat();
  const { data, layout } = tiles(laid, { columns });
  const bar = scaleBar({ title: plotlyText(title), range: [low, high], form: ".2~g" }) as unknown as Data;
  return figure([...data, bar], { ...layout, margin: { ...layout.margin, r: 84 } });
}

function plain({ title, source }: MappedImage): Tile {
  return { layers: [{ source, opacity: 1 }], lines: [plotlyText(shortened(title))], hover: plotlyText(title) };
}

function covered({ title, source, map }: MappedImage, [low, high]: readonly [number, number]): Tile {
  const pixels = new Uint8Array(4 * map.values.length);
  for (let i = 0; i < map.values.length; i++) {
    pixels.set([...scaleColour((map.values[i] - low) / (high - low)), 255], 4 * i);
  }
  const over = pngUrl(pixels, { width: map.width, height: map.height });
  return {
    layers: [{ source, opacity: 1 }, { source: over, opacity: 0.75 }],
    hangs: true,
    lines: [],
    hover: `${plotlyText(title)}, its map laid over it`,
  };
}
