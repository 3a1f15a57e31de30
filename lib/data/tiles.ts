/** Large images looked at in full, one square of the view's size after the other. */
import { checkChoice, checkNumber } from "../definition/check.ts";
import { seenMiddle } from "../augment/pipeline.ts";
import { cropImage } from "../image/crop.ts";
import { type Image, wholeImage } from "../image/decode.ts";
import { tilePlaces } from "../image/tile_places.ts";
import type { Sight } from "./pixels.ts";
import { imageOf } from "./source.ts";

/** How an image is looked at in squares, and what becomes of their scores. */
export interface Tiling {
  /** The mean of the squares' probabilities, or the highest: one square that was made betrays a spliced image. */
  readonly pooling: "mean" | "max";
  /** Pixels from one square to the next, ≥ 1; left out: the view's size, so that none overlap but at the far edges. */
  readonly stride?: number;
}

/**
 * The name of a tiling, as "tiles-mean-224": what stands in a record's scores.
 *
 * @param side of the view, in pixels
 * @throws {RangeError} for a stride or pooling that is none
 */
export function tilingName({ pooling, stride }: Tiling, side: number): string {
  checkChoice("tiles.pooling", pooling, ["mean", "max"]);
  if (stride !== undefined) checkNumber("tiles.stride", stride, { from: 1, integer: true });
  return `tiles-${pooling}-${stride ?? side}`;
}

/**
 * The squares of an image file, one after the other; of an image smaller than one what the view sees of it.
 *
 * @throws {UnreadableImage} when it is no image; otherwise as {@linkcode imageOf}
 */
export async function* tilesOf(
  file: string,
  { view }: Pick<Sight, "view">,
  { stride = view.size }: Pick<Tiling, "stride">,
): AsyncGenerator<Image> {
  const image = await imageOf(file); // all of it, once: a JPEG file has no squares
  const places = tilePlaces(image, { side: view.size, stride });
  if (places.length === 0) yield await seenMiddle(wholeImage(image), view);
  for (const place of places) yield cropImage(image, place);
}
