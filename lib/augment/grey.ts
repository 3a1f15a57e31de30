import { checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";
import { type Change, localChange, type Size } from "./change.ts";

/** Colour taken away: all three channels hold the luma. */
export interface Grey extends Part<"grey"> {
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode Grey} part. */
export const grey: Maker<Grey> = part("grey", { p: 0.2 }, {
  check: ({ p }) => checkNumber("grey.p", p, { from: 0, to: 1 }),
});

/** The loss of colour, or null where there is none; draws one number. */
export function planGrey({ p }: Grey, size: Size, draw: Random): Change | null {
  return draw.uniform() >= p ? null : localChange(size, { reach: 0, change: withoutColour });
}

/** An image whose channels all hold its luma. */
export function withoutColour({ data, width, height }: Image): Image {
  const to = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) to[i] = to[i + 1] = to[i + 2] = luma(data[i], data[i + 1], data[i + 2]);
  return { data: to, width, height };
}

/** Luma of Rec. 601 as Pillow computes it, in whole numbers of 1 / 65536; OpenCV's lies at most 1 beside it. */
export function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}
