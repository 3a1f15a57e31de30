import { checkInterval, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";
import { fillHoles, type Hole } from "./holes.ts";

/** Some small rectangles of a single grey, each wholly inside the image; they may overlap. */
export interface CoarseDropout extends Part<"coarseDropout"> {
  /** Fewest and most rectangles. */
  readonly count: readonly [number, number];
  /** Shortest and longest side, pixels; both sides are drawn by themselves. */
  readonly size: readonly [number, number];
  /** Value of all channels, 0…255. */
  readonly fill: number;
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode CoarseDropout} part; the defaults are albumentations'. */
export const coarseDropout: Maker<CoarseDropout> = part(
  "coarseDropout",
  { count: [8, 8], size: [8, 8], fill: 0, p: 0.5 },
  {
    check: ({ count, size, fill, p }) => {
      checkInterval("coarseDropout.count", count, { from: 1, to: 1000, integer: true });
      checkInterval("coarseDropout.size", size, { from: 1, integer: true });
      checkNumber("coarseDropout.fill", fill, { from: 0, to: 255, integer: true });
      checkNumber("coarseDropout.p", p, { from: 0, to: 1 });
    },
  },
);

/** The image with holes, or the image itself; draws two numbers and four for each of the most holes there may be. */
export function coarseDropoutImage({ count, size, fill, p }: CoarseDropout, image: Image, draw: Random): Image {
  const idle = draw.uniform() >= p;
  const made = count[0] + draw.integer(count[1] - count[0] + 1);
  const side = (most: number) => Math.min(most, size[0] + draw.integer(size[1] - size[0] + 1));
  const holes = Array.from({ length: count[1] }, (): Hole => {
    const [height, width] = [side(image.height), side(image.width)];
    const top = draw.integer(image.height - height + 1);
    const left = draw.integer(image.width - width + 1);
    return { left, top, right: left + width, bottom: top + height };
  });
  return idle ? image : fillHoles(image, { holes: holes.slice(0, made), fill });
}
