import { checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Random } from "../random.ts";
import type { Change, Size } from "./change.ts";
import { layChange } from "./rotate90.ts";

/** One of the eight symmetries of a square, all equally likely: quarter turns, with or without a mirror. */
export interface D4 extends Part<"d4"> {
  /** Probability, 0…1; an eighth of those that are laid anew lie as before. */
  readonly p: number;
}

/** Makes a {@linkcode D4} part. */
export const d4: Maker<D4> = part("d4", { p: 1 }, { check: ({ p }) => checkNumber("d4.p", p, { from: 0, to: 1 }) });

/** The way it is laid, or null where it stays; draws three numbers. */
export function planD4({ p }: D4, size: Size, draw: Random): Change | null {
  const idle = draw.uniform() >= p;
  const turns = draw.integer(4);
  const flip = draw.integer(2) === 1;
  return idle ? null : layChange(size, { turns, flip });
}
