import { checkInterval, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { openCvNeeds, resizePartLikeOpenCv } from "../image/opencv_resize.ts";
import type { Random } from "../random.ts";
import type { Change, Size } from "./change.ts";

/** Both sides changed by one factor, with OpenCV's linear filter, which aliases; sides are cut to whole pixels. */
export interface Rescale extends Part<"rescale"> {
  /** Smallest and largest factor, > 0, drawn uniformly. */
  readonly scale: readonly [number, number];
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode Rescale} part. */
export const rescale: Maker<Rescale, "scale"> = part("rescale", { p: 0.5 }, {
  required: ["scale"],
  check: ({ scale, p }) => {
    checkInterval("rescale.scale", scale, { from: 0.01, to: 100 });
    checkNumber("rescale.p", p, { from: 0, to: 1 });
  },
});

/** The change of size, or null where there is none; draws two numbers. */
export function planRescale({ scale: [low, high], p }: Rescale, size: Size, draw: Random): Change | null {
  const idle = draw.uniform() >= p;
  const scale = low + (high - low) * draw.uniform();
  const side = (length: number) => Math.max(1, Math.trunc(length * scale));
  const after = { width: side(size.width), height: side(size.height) };
  if (idle) return null;
  return {
    ...after,
    needs: (part) => openCvNeeds({ from: size, to: after, part }),
    make: (from, part) => resizePartLikeOpenCv(from, { from: size, to: after, part }),
  };
}
