import { checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import { placeOnCanvas } from "../image/extend.ts";
import { resizeLikeOpenCv } from "../image/opencv_resize.ts";
import { roundHalfEven } from "./short_side.ts";

/**
 * The whole image in the middle of a black square, its longer side as long as the square's: what DRCT's code sees when
 * it does not crop. OpenCV's linear filter, which aliases.
 */
export interface LongSide extends Part<"longSide"> {
  /** Side of the square, pixels. */
  readonly size: number;
}

/** Makes a {@linkcode LongSide} part. */
export const longSide: Maker<LongSide, "size"> = part("longSide", {} as Record<never, never>, {
  required: ["size"],
  check: ({ size }) => checkNumber("longSide.size", size, { from: 1, integer: true }),
});

/** The square with the image in it; nothing is drawn. */
export function longSideView({ size }: LongSide, image: Image): Image {
  const scale = size / Math.max(image.width, image.height);
  const side = (length: number) => Math.max(1, roundHalfEven(length * scale));
  const [width, height] = [side(image.width), side(image.height)];
  const resized = scale === 1 ? image : resizeLikeOpenCv(image, { width, height });
  if (width === size && height === size) return resized;
  const [x, y] = [(size - width) >> 1, (size - height) >> 1];
  return placeOnCanvas(resized, { x, y, width: size, height: size, border: "black" });
}
