import { checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";
import type { Change, Size } from "./change.ts";

/** A turn by 0, 90, 180 or 270 degrees against the clock, all equally likely; sides of a quarter turn are exchanged. */
export interface Rotate90 extends Part<"rotate90"> {
  /** Probability, 0…1; a quarter of those that are turned are turned by nothing. */
  readonly p: number;
}

/** Makes a {@linkcode Rotate90} part. */
export const rotate90: Maker<Rotate90> = part("rotate90", { p: 0.5 }, {
  check: ({ p }) => checkNumber("rotate90.p", p, { from: 0, to: 1 }),
});

/** The turn, or null where there is none; draws two numbers. */
export function planRotate90({ p }: Rotate90, size: Size, draw: Random): Change | null {
  const idle = draw.uniform() >= p;
  const turns = draw.integer(4);
  return idle ? null : layChange(size, { turns, flip: false });
}

/** A turn against the clock, then, where told, an exchange of top and bottom; null where nothing changes. */
export function layChange(size: Size, way: { turns: number; flip: boolean }): Change | null {
  if (way.turns === 0 && !way.flip) return null;
  const [width, height] = way.turns % 2 === 0 ? [size.width, size.height] : [size.height, size.width];
  return {
    width,
    height,
    needs: (part) => {
      const { start, right, down } = stepsOf(size, way);
      const [first, last] = [[part.x, part.y], [part.x + part.width - 1, part.y + part.height - 1]].map(([x, y]) => {
        const at = start + right * x + down * y;
        return [at % size.width, Math.floor(at / size.width)];
      });
      const [x, y] = [Math.min(first[0], last[0]), Math.min(first[1], last[1])];
      return { x, y, width: Math.abs(first[0] - last[0]) + 1, height: Math.abs(first[1] - last[1]) + 1 };
    },
    make: (from) => quarterTurns(from, way),
  };
}

/** The pixel that comes to stand in the corner, and the steps from it to the right and downwards. */
function stepsOf(
  { width: w, height: h }: Size,
  { turns, flip }: { turns: number; flip: boolean },
): { start: number; right: number; down: number } {
  const [corner, right, down, lines] = [
    [0, 1, w, h],
    [w - 1, w, -1, w],
    [w * h - 1, -1, -w, h],
    [w * (h - 1), -w, 1, w],
  ][turns];
  return flip ? { start: corner + down * (lines - 1), right, down: -down } : { start: corner, right, down };
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
  const { data } = image;
  const [width, height] = turns % 2 === 0 ? [image.width, image.height] : [image.height, image.width];
  const { start, right, down } = stepsOf(image, { turns, flip });
  const to = new Uint8Array(data.length);
  for (let y = 0, at = 0; y < height; y++) {
    let from = (start + down * y) * 3;
    for (let x = 0; x < width; x++, at += 3, from += right * 3) {
      to[at] = data[from];
      to[at + 1] = data[from + 1];
      to[at + 2] = data[from + 2];
    }
  }
  return { data: to, width, height };
}
