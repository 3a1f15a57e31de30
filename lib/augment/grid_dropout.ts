import { checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";
import { fillHoles, type Hole } from "./holes.ts";

/** A grid of black squares over the image, a tenth of its width from one to the next, always at the same place. */
export interface GridDropout extends Part<"gridDropout"> {
  /** Side of a square, share of the distance from one to the next, 0 < ratio ≤ 1; a pixel at least stays between. */
  readonly ratio: number;
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode GridDropout} part. */
export const gridDropout: Maker<GridDropout> = part("gridDropout", { ratio: 0.5, p: 0.5 }, {
  check: ({ ratio, p }) => {
    checkNumber("gridDropout.ratio", ratio, { above: 0, to: 1 });
    checkNumber("gridDropout.p", p, { from: 0, to: 1 });
  },
});

/** The image under the grid, or the image itself; draws one number. */
export function gridDropoutImage({ ratio, p }: GridDropout, image: Image, draw: Random): Image {
  return draw.uniform() >= p ? image : fillHoles(image, { holes: gridOf(image, ratio), fill: 0 });
}

/** The squares of the grid, as albumentations' `GridDropout` lays them without options. */
function gridOf({ width, height }: Image, ratio: number): Hole[] {
  const unitX = Math.max(2, Math.floor(width / 10));
  const unitY = Math.max(2, Math.min(unitX, height));
  const side = (unit: number) => Math.min(unit - 1, Math.max(1, Math.trunc(unit * ratio)));
  const holes: Hole[] = [];
  for (let top = 0; top < height; top += unitY) {
    for (let left = 0; left < width; left += unitX) {
      const [right, bottom] = [Math.min(width, left + side(unitX)), Math.min(height, top + side(unitY))];
      holes.push({ left, top, right, bottom });
    }
  }
  return holes;
}
