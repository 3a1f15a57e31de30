import { checkChoice, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { cropImage } from "../image/crop.ts";
import type { Image } from "../image/decode.ts";
import { type PillowFilter, pillowFilters, resizeLikePillow } from "../image/pillow_resize.ts";
import type { Random } from "../random.ts";

/**
 * The image resized so that its shorter side has a given length, and a square cut out of it: in training at a random
 * place, elsewhere the centre. With the defaults what CLIP sees.
 */
export interface ShortSide extends Part<"shortSide"> {
  /** Side of the square, pixels. */
  readonly size: number;
  /** Length of the shorter side before the cut, pixels, ≥ size; null: as long as the square. */
  readonly resize: number | null;
  /** Pillow's filter. */
  readonly filter: PillowFilter;
  /**
   * Where the square is cut in training too. "centre", as CLIP's own preprocessing has it and Robust CLIP trains: nothing
   * is drawn, so that the features of a frozen backbone are kept. Null: at a random place.
   */
  readonly place: "centre" | null;
}

/** Makes a {@linkcode ShortSide} part. */
export const shortSide: Maker<ShortSide, "size"> = part("shortSide", { resize: null, filter: "bicubic", place: null }, {
  required: ["size"],
  check: ({ size, resize, filter, place }) => {
    checkNumber("shortSide.size", size, { from: 1, integer: true });
    if (resize !== null) checkNumber("shortSide.resize", resize, { from: size, integer: true });
    checkChoice("shortSide.filter", filter, pillowFilters);
    if (place !== null) checkChoice("shortSide.place", place, ["centre"]);
  },
});

/**
 * The square that is seen of an image; sides and the centre's place are rounded as torchvision does.
 *
 * @param draw null: the centre; otherwise draws two numbers for the place, unless the part says where it is
 */
export function shortSideView(spec: ShortSide, image: Image, draw: Random | null): Image {
  const { size, resize, filter } = spec;
  const [u, v] = draw === null || spec.place === "centre" ? [null, null] : [draw.uniform(), draw.uniform()];
  const short = Math.min(image.width, image.height);
  const side = (length: number) => length === short ? resize ?? size : Math.trunc((resize ?? size) * length / short);
  const [width, height] = [side(image.width), side(image.height)];
  const resized = resizeLikePillow(image, { width, height, filter });
  if (width === size && height === size) return resized;
  const place = (spare: number, share: number | null) =>
    share === null ? roundHalfEven(spare / 2) : Math.floor(share * (spare + 1));
  return cropImage(resized, { x: place(width - size, u), y: place(height - size, v), width: size, height: size });
}

/** Python's `round`. */
export function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
