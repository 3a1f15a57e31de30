import { checkNumber } from "../definition/check.ts";
import { type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";

/** Left and right exchanged. */
export interface Flip extends Part<"flip"> {
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode Flip} part. */
export const flip = part<Flip>("flip", { p: 0.5 }, { check: ({ p }) => checkNumber("flip.p", p, { from: 0, to: 1 }) });

/** The mirror image, or the image itself; draws one number. */
export function flipImage({ p }: Flip, image: Image, draw: Random): Image {
  if (draw.uniform() >= p) return image;
  const { width, height } = image;
  const data = new Uint8Array(image.data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      const to = (y * width + width - 1 - x) * 3;
      data[to] = image.data[from];
      data[to + 1] = image.data[from + 1];
      data[to + 2] = image.data[from + 2];
    }
  }
  return { data, width, height };
}
