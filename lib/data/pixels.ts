/** One image on its way into a batch: read, augmented, seen and normalised. Runs in whatever thread it is asked in. */
import type { Augmentation, View } from "../augment/mod.ts";
import { augmentImage, seenMiddle } from "../augment/pipeline.ts";
import type { Image } from "../image/decode.ts";
import { random } from "../random.ts";
import { openOf } from "./source.ts";

/** How images become tensors. */
export interface Sight {
  /** What the network sees of an image. */
  readonly view: View;
  /** Mean and standard deviation of each channel, of values 0…1. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** What is done to every image of a batch. */
export interface Treatment extends Sight {
  /** In training; empty elsewhere. */
  readonly augment: readonly Augmentation[];
}

/** One row that is wanted. */
export interface Wanted {
  /** As a sample's. */
  readonly file: string;
  /** Seed and names of the stream that its augmentations and its place are drawn from; null: nothing is drawn. */
  readonly stream: readonly [seed: number, ...names: (string | number)[]] | null;
}

/** Values of one row: the square of the view, three channels. */
export function rowLength({ view: { size } }: Sight): number {
  return size * size * 3;
}

/**
 * What the network sees of an image file: augmented where a stream is drawn from. Depends on nothing but what it is
 * given, so that it does not matter which thread does it, or when.
 *
 * @throws as {@linkcode openOf}
 */
export async function seenImage(
  { file, stream }: Wanted,
  { view, augment }: Pick<Treatment, "view" | "augment">,
): Promise<Image> {
  const draw = stream === null ? null : random(...stream);
  const image = await openOf(file);
  // in training the view is one more augmentation, with which those before it are made of what it shows alone
  return draw === null ? await seenMiddle(image, view) : await augmentImage(image, [...augment, view], draw);
}

/**
 * Fills a row [H, W, 3] with the normalised pixels of what the network sees.
 *
 * @param row of {@linkcode rowLength} values
 * @throws {TypeError} when the view gives another size than it says
 */
export function fillRow(
  row: Float32Array,
  { data, width, height }: Image,
  { file, sight: { view, mean, std } }: { readonly file: string; readonly sight: Sight },
): void {
  if (data.length !== row.length) {
    throw new TypeError(
      `Cannot take "${file}" into a batch: the view ${view.kind}() gives ${width} × ${height} pixels of it, ` +
        `expected ${view.size} × ${view.size}`,
    );
  }
  // one table of 256 values a channel: a look-up costs less than two float operations and a division
  const [red, green, blue] = tablesOf(mean, std);
  for (let at = 0; at < data.length; at += 3) {
    row[at] = red[data[at]];
    row[at + 1] = green[data[at + 1]];
    row[at + 2] = blue[data[at + 2]];
  }
}

let tables: { readonly key: string; readonly values: readonly Float32Array[] } | null = null;

/** The normalised value of each of 256, by channel; kept, since a run has one normalisation. */
function tablesOf(mean: readonly number[], std: readonly number[]): readonly Float32Array[] {
  const key = `${mean} ${std}`;
  if (tables?.key !== key) {
    const values = [0, 1, 2].map((c) => Float32Array.from({ length: 256 }, (_, v) => (v / 255 - mean[c]) / std[c]));
    tables = { key, values };
  }
  return tables.values;
}
