import { checkInterval, checkNumber } from "../definition/check.ts";
import { type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import { resizeLikeOpenCv } from "../image/opencv_resize.ts";
import type { Random } from "../random.ts";

/** Both sides changed by one factor, with OpenCV's linear filter, which aliases; sides are cut to whole pixels. */
export interface Rescale extends Part<"rescale"> {
  /** Smallest and largest factor, > 0, drawn uniformly. */
  readonly scale: readonly [number, number];
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode Rescale} part. */
export const rescale = part<Rescale, "scale">("rescale", { p: 0.5 }, {
  required: ["scale"],
  check: ({ scale, p }) => {
    checkInterval("rescale.scale", scale, { from: 0.01, to: 100 });
    checkNumber("rescale.p", p, { from: 0, to: 1 });
  },
});

/** The image at another size, or the image itself; draws two numbers. */
export function rescaleImage({ scale: [low, high], p }: Rescale, image: Image, draw: Random): Image {
  const idle = draw.uniform() >= p;
  const scale = low + (high - low) * draw.uniform();
  const side = (length: number) => Math.max(1, Math.trunc(length * scale));
  return idle ? image : resizeLikeOpenCv(image, { width: side(image.width), height: side(image.height) });
}
