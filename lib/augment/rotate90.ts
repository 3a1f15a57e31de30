import { checkNumber } from "../definition/check.ts";
import { type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";

/** A turn by 0, 90, 180 or 270 degrees against the clock, all equally likely; sides of a quarter turn are exchanged. */
export interface Rotate90 extends Part<"rotate90"> {
  /** Probability, 0…1; a quarter of those that are turned are turned by nothing. */
  readonly p: number;
}

/** Makes a {@linkcode Rotate90} part. */
export const rotate90 = part<Rotate90>("rotate90", { p: 0.5 }, {
  check: ({ p }) => checkNumber("rotate90.p", p, { from: 0, to: 1 }),
});

/** The image turned, or the image itself; draws two numbers. */
export function rotate90Image({ p }: Rotate90, image: Image, draw: Random): Image {
  const idle = draw.uniform() >= p;
  const turns = draw.integer(4);
  return idle ? image : quarterTurns(image, { turns, flip: false });
}

/**
 * One of the eight ways to lay an image on its grid: turned against the clock, then, where told, top and bottom
 * exchanged.
 *
 * @param turns quarters, 0…3
 * @returns the image itself where nothing changes
 */
export function quarterTurns(image: Image, { turns, flip }: { turns: number; flip: boolean }): Image {
  if (turns === 0 && !flip) return image;
  const { data, width: w, height: h } = image;
  const [width, height] = turns % 2 === 0 ? [w, h] : [h, w];
  // place of the pixel that comes to stand in the corner, and the steps from it to the right and downwards
  const [corner, right, down] = [
    [0, 1, w],
    [w - 1, w, -1],
    [w * h - 1, -1, -w],
    [w * (h - 1), -w, 1],
  ][turns];
  const [start, step] = flip ? [corner + down * (height - 1), -down] : [corner, down];
  const to = new Uint8Array(data.length);
  for (let y = 0, at = 0; y < height; y++) {
    let from = (start + step * y) * 3;
    for (let x = 0; x < width; x++, at += 3, from += right * 3) {
      to[at] = data[from];
      to[at + 1] = data[from + 1];
      to[at + 2] = data[from + 2];
    }
  }
  return { data: to, width, height };
}
