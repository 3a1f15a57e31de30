import { checkChoice, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Random } from "../random.ts";
import type { Change, Size } from "./change.ts";
import { layChange } from "./rotate90.ts";

/** Left and right exchanged, or top and bottom, or both. */
export interface Flip extends Part<"flip"> {
  /** "any": left and right, top and bottom, or both, equally likely, as albumentations' `Flip`; null: left and right. */
  readonly axis: "any" | null;
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode Flip} part. */
export const flip: Maker<Flip> = part("flip", { axis: null, p: 0.5 }, {
  check: ({ axis, p }) => {
    if (axis !== null) checkChoice("flip.axis", axis, ["any"]);
    checkNumber("flip.p", p, { from: 0, to: 1 });
  },
});

/** The mirror image, or null where there is none; draws one number, and with "any" another. */
export function planFlip({ axis, p }: Flip, size: Size, draw: Random): Change | null {
  const idle = draw.uniform() >= p;
  const way = axis === null ? 0 : draw.integer(3);
  return idle ? null : layChange(size, ways[way]);
}

/** Left and right, top and bottom, both. */
const ways = [{ turns: 2, flip: true }, { turns: 0, flip: true }, { turns: 2, flip: false }];
