import { checkChoice, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import { type PillowFilter, pillowFilters, resizeLikePillow } from "../image/pillow_resize.ts";

/** The whole image, stretched to a square, as LaRE²'s code resizes before it measures its errors. */
export interface Square extends Part<"square"> {
  /** Side, pixels. */
  readonly size: number;
  /** Pillow's filter; "bicubic" is what its `resize` takes untold. */
  readonly filter: PillowFilter;
}

/** Makes a {@linkcode Square} part. */
export const square: Maker<Square, "size"> = part("square", { filter: "bicubic" }, {
  required: ["size"],
  check: ({ size, filter }) => {
    checkNumber("square.size", size, { from: 1, integer: true });
    checkChoice("square.filter", filter, pillowFilters);
  },
});

/** The stretched image; nothing is drawn. */
export function squareView({ size, filter }: Square, image: Image): Image {
  if (image.width === size && image.height === size) return image;
  return resizeLikePillow(image, { width: size, height: size, filter });
}
