import { checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import { type Random, random } from "../random.ts";
import * as simple from "./simple.ts";
import type { Augment, SimpleAugmentation } from "./simple.ts";

/** One of some augmentations, which is then done whatever its own probability: those say how often each is taken. */
export interface OneOf extends Part<"oneOf"> {
  /** To choose from, in proportion to their probabilities. */
  readonly of: readonly SimpleAugmentation[];
  /** Probability that any is done, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode OneOf} part. */
export const oneOf: Maker<OneOf, "of"> = part("oneOf", { p: 0.5 }, {
  required: ["of"],
  lists: { of: simple.makers },
  check: ({ of, p }) => {
    if (!of.some((one) => one.p > 0)) {
      throw new RangeError("Cannot define oneOf.of: given none with a probability above 0, expected at least one");
    }
    checkNumber("oneOf.p", p, { from: 0, to: 1 });
  },
});

/** The image after one of them, or the image itself; draws three numbers, however many the chosen one draws. */
export async function oneOfImage({ of, p }: OneOf, image: Image, draw: Random): Promise<Image> {
  const idle = draw.uniform() >= p;
  let share = draw.uniform() * of.reduce((sum, one) => sum + one.p, 0);
  const seed = draw.integer(2 ** 32);
  if (idle) return image;
  const chosen = of.find((one) => (share -= one.p) < 0) ?? of.findLast((one) => one.p > 0)!;
  const change = simple.augmentations[chosen.kind] as Augment<SimpleAugmentation>;
  return await change({ ...chosen, p: 1 }, image, random(seed, chosen.kind));
}
