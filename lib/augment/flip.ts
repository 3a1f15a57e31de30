import { checkChoice, checkNumber } from "../definition/check.ts";
import { type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";
import { quarterTurns } from "./rotate90.ts";

/** Left and right exchanged, or top and bottom, or both. */
export interface Flip extends Part<"flip"> {
  /** "any": left and right, top and bottom, or both, equally likely, as albumentations' `Flip`; null: left and right. */
  readonly axis: "any" | null;
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode Flip} part. */
export const flip = part<Flip>("flip", { axis: null, p: 0.5 }, {
  check: ({ axis, p }) => {
    if (axis !== null) checkChoice("flip.axis", axis, ["any"]);
    checkNumber("flip.p", p, { from: 0, to: 1 });
  },
});

/** The mirror image, or the image itself; draws one number, and with "any" another. */
export function flipImage({ axis, p }: Flip, image: Image, draw: Random): Image {
  const idle = draw.uniform() >= p;
  const way = axis === null ? 0 : draw.integer(3);
  if (idle) return image;
  if (way === 1) return quarterTurns(image, { turns: 0, flip: true });
  if (way === 2) return quarterTurns(image, { turns: 2, flip: false });
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
