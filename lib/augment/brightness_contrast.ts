import { checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";
import { mapTones, toneTable } from "./tone.ts";

/**
 * Values stretched and shifted alike in all channels: `(1 + c) · value + 255 · b`, c and b drawn uniformly, cut to
 * whole numbers as albumentations' `RandomBrightnessContrast` does.
 */
export interface BrightnessContrast extends Part<"brightnessContrast"> {
  /** Largest shift either way, share of white, 0…1. */
  readonly brightness: number;
  /** Largest change of the slope either way, 0…1. */
  readonly contrast: number;
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode BrightnessContrast} part. */
export const brightnessContrast: Maker<BrightnessContrast> = part(
  "brightnessContrast",
  { brightness: 0.2, contrast: 0.2, p: 0.5 },
  {
    check: ({ brightness, contrast, p }) => {
      checkNumber("brightnessContrast.brightness", brightness, { from: 0, to: 1 });
      checkNumber("brightnessContrast.contrast", contrast, { from: 0, to: 1 });
      checkNumber("brightnessContrast.p", p, { from: 0, to: 1 });
    },
  },
);

/** The changed image, or the image itself; draws three numbers. */
export function brightnessContrastImage(spec: BrightnessContrast, image: Image, draw: Random): Image {
  const idle = draw.uniform() >= spec.p;
  const slope = 1 + spec.contrast * (2 * draw.uniform() - 1);
  const shift = spec.brightness * (2 * draw.uniform() - 1);
  return idle ? image : adjustTones(image, { slope, shift });
}

/** Values `slope · value + 255 · shift`, cut to whole numbers from 0 to 255. */
export function adjustTones(image: Image, { slope, shift }: { slope: number; shift: number }): Image {
  // single precision as the original has it: near a whole number the last bit decides which one it is cut to
  const of = (value: number) => Math.trunc(Math.fround(Math.fround(value * slope) + Math.fround(255 * shift)));
  return mapTones(image, toneTable(of));
}
