import { checkNumber } from "../definition/check.ts";
import { type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";
import { quarterTurns } from "./rotate90.ts";

/** One of the eight symmetries of a square, all equally likely: quarter turns, with or without a mirror. */
export interface D4 extends Part<"d4"> {
  /** Probability, 0…1; an eighth of those that are laid anew lie as before. */
  readonly p: number;
}

/** Makes a {@linkcode D4} part. */
export const d4 = part<D4>("d4", { p: 1 }, { check: ({ p }) => checkNumber("d4.p", p, { from: 0, to: 1 }) });

/** The image laid anew, or the image itself; draws three numbers. */
export function d4Image({ p }: D4, image: Image, draw: Random): Image {
  const idle = draw.uniform() >= p;
  const turns = draw.integer(4);
  const flip = draw.integer(2) === 1;
  return idle ? image : quarterTurns(image, { turns, flip });
}
