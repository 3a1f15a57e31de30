/** One image on its way into a batch: read, augmented, seen and normalised. Runs in whatever thread it is asked in. */
import type { Augmentation, View } from "../augment/mod.ts";
import { augmentImage, seenMiddle } from "../augment/pipeline.ts";
import type { Image } from "../image/decode.ts";
import { fillNormalised, type Normalisation } from "../image/normalise.ts";
import { random } from "../random.ts";
import { openOf } from "./source.ts";

/** How images become tensors. */
export interface Sight extends Normalisation {
  /** What the network sees of an image. */
  readonly view: View;
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
  fillNormalised(row, data, { mean, std });
}
