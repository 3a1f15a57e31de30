import { checkInterval, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Image, Rectangle } from "../image/decode.ts";
import type { Random } from "../random.ts";
import type { Change, Size } from "./change.ts";

/**
 * Gaussian noise, drawn for each value by itself. Sums are cut to whole numbers, as albumentations' `GaussNoise` does
 * and the recipes that use it were trained with: on average the image grows darker by half a level.
 */
export interface Noise extends Part<"noise"> {
  /** Smallest and largest variance, squares of levels of 255, ≥ 0, drawn uniformly. */
  readonly variance: readonly [number, number];
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode Noise} part. */
export const noise: Maker<Noise> = part("noise", { variance: [10, 50], p: 0.5 }, {
  check: ({ variance, p }) => {
    checkInterval("noise.variance", variance, { from: 0, to: 65025 });
    checkNumber("noise.p", p, { from: 0, to: 1 });
  },
});

/** The noise, or null where there is none; draws three numbers, whatever the image's size. */
export function planNoise({ variance: [low, high], p }: Noise, size: Size, draw: Random): Change | null {
  const idle = draw.uniform() >= p;
  const deviation = Math.sqrt(low + (high - low) * draw.uniform());
  const seed = draw.integer(2 ** 32);
  if (idle) return null;
  const { width, height } = size;
  return {
    width,
    height,
    needs: (part) => part,
    make: (from, part) => addNoise(from, { deviation, seed, part, width }),
  };
}

/** Normal quantiles in the middle of each of 2¹⁶ equal shares, ±4.2 at the ends: a look-up instead of a logarithm. */
let quantiles: Float32Array | null = null;

/** A part of an image `width` pixels wide, with noise of that standard deviation; one seed gives the same noise. */
function addNoise(
  { data, width: partWidth, height }: Image,
  { deviation, seed, part, width }: { deviation: number; seed: number; part: Rectangle; width: number },
): Image {
  quantiles ??= Float32Array.from({ length: 65536 }, (_, i) => quantile((i + 0.5) / 65536));
  const to = new Uint8ClampedArray(data.length);
  const line = partWidth * 3;
  for (let y = 0; y < height; y++) {
    // noise hangs on the place in the whole image: every second value takes the other half of its neighbour's word
    let place = ((part.y + y) * width + part.x) * 3;
    for (let i = y * line; i < (y + 1) * line; i++, place++) {
      const word = hash((seed + Math.imul(place >> 1, 0x9e3779b9)) | 0);
      const drawn = quantiles[place & 1 ? word & 0xffff : word >>> 16];
      to[i] = Math.floor(data[i] + deviation * drawn); // the array by itself would round
    }
  }
  return { data: new Uint8Array(to.buffer), width: partWidth, height };
}

/** The finaliser of MurmurHash3: counters in, bits that look independent out. */
function hash(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** The normal number that a share of all lies below; error under 4.5·10⁻⁴ (Abramowitz and Stegun 26.2.23). */
function quantile(share: number): number {
  if (share > 0.5) return -quantile(1 - share);
  const t = Math.sqrt(-2 * Math.log(share));
  return (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
}
