import { checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";
import { fillHoles } from "./holes.ts";

/**
 * One square of a single grey over the image (DeVries and Taylor 2017). Its middle may be any place, so that at the
 * right and lower border it is cut; at the left and upper one it is moved inside, as albumentations' `Cutout` does.
 */
export interface Cutout extends Part<"cutout"> {
  /** Side, pixels. */
  readonly size: number;
  /** Value of all channels, 0…255. */
  readonly fill: number;
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode Cutout} part; the defaults are those of Corvi et al. 2023 and AlignedForensics. */
export const cutout: Maker<Cutout> = part("cutout", { size: 48, fill: 128, p: 0.2 }, {
  check: ({ size, fill, p }) => {
    checkNumber("cutout.size", size, { from: 1, integer: true });
    checkNumber("cutout.fill", fill, { from: 0, to: 255, integer: true });
    checkNumber("cutout.p", p, { from: 0, to: 1 });
  },
});

/** The image with a square over it, or the image itself; draws three numbers. */
export function cutoutImage({ size, fill, p }: Cutout, image: Image, draw: Random): Image {
  const idle = draw.uniform() >= p;
  const top = Math.max(0, draw.integer(image.height + 1) - (size >> 1));
  const left = Math.max(0, draw.integer(image.width + 1) - (size >> 1));
  const [right, bottom] = [Math.min(image.width, left + size), Math.min(image.height, top + size)];
  return idle ? image : fillHoles(image, { holes: [{ left, top, right, bottom }], fill });
}
