import { checkChoice, checkInterval, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { sourceOf } from "../image/extend.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";
import { type Change, localChange, type Size } from "./change.ts";
import { blurLikeScipy } from "./scipy_blur.ts";

/** Gaussian blur. */
export interface Blur extends Part<"blur"> {
  /** Smallest and largest standard deviation, pixels, > 0, with "scipy" ≥ 0, drawn uniformly. */
  readonly sigma: readonly [number, number];
  /**
   * "scipy": as `scipy.ndimage.gaussian_filter` on 8-bit planes, which Corvi et al. 2023 and AlignedForensics were
   * trained with: cut at four deviations, borders mirrored with the edge pixel, and each of the two passes cut to whole
   * numbers, so that the image grows darker by a level. Null: as {@linkcode gaussianBlur}.
   */
  readonly like: "scipy" | null;
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode Blur} part. */
export const blur: Maker<Blur, "sigma"> = part("blur", { like: null, p: 0.5 }, {
  required: ["sigma"],
  check: ({ sigma, like, p }) => {
    checkInterval("blur.sigma", sigma, { from: like === null ? 0.01 : 0, to: 100 });
    if (like !== null) checkChoice("blur.like", like, ["scipy"]);
    checkNumber("blur.p", p, { from: 0, to: 1 });
  },
});

/** The blur by a drawn width, or null where there is none; draws two numbers either way. */
export function planBlur({ sigma: [low, high], like, p }: Blur, size: Size, draw: Random): Change | null {
  const idle = draw.uniform() >= p;
  const sigma = low + (high - low) * draw.uniform();
  if (idle) return null;
  const blurred = like === "scipy" ? blurLikeScipy : gaussianBlur;
  return localChange(size, { reach: Math.ceil(4 * sigma) + 1, change: (image) => blurred(image, sigma) });
}

/**
 * An image convolved with a Gaussian, cut at three standard deviations; borders are mirrored without repeating the
 * edge pixel. Rounded to 8 bits once, at the end.
 */
export function gaussianBlur({ data, width, height }: Image, sigma: number): Image {
  // not sharp's: 0.3 against 1.9 ms on 64 × 64 pixels, 3.0 against 2.0 on 224 × 224 (2 busy cores), and no vector
  // instructions of the machine in the result
  const kernel = gaussian(sigma);
  const across = convolveLines(Float32Array.from(data), { kernel, count: width, step: 3, lines: height });
  const down = convolveLines(across, { kernel, count: height, step: width * 3, lines: 1 });
  return { data: new Uint8Array(Uint8ClampedArray.from(down).buffer), width, height }; // clamped rounds to nearest
}

/** Weights of the taps 0, ±1, ±2 …; with their mirror images they sum to 1. */
function gaussian(sigma: number): Float32Array {
  const taps = Array.from({ length: Math.ceil(3 * sigma) + 1 }, (_, i) => Math.exp(-i * i / (2 * sigma * sigma)));
  const sum = taps.reduce((total, tap, i) => total + (i === 0 ? tap : 2 * tap), 0);
  return Float32Array.from(taps, (tap) => tap / sum);
}

/** Convolves `lines` lines of `count` items, an item being `step` neighbouring numbers that are treated alike. */
function convolveLines(
  from: Float32Array,
  { kernel, count, step, lines }: { kernel: Float32Array; count: number; step: number; lines: number },
): Float32Array {
  const to = new Float32Array(from.length);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < count; i++) {
      const start = line * count * step;
      const at = start + i * step;
      for (let k = 0; k < step; k++) to[at + k] = kernel[0] * from[at + k];
      for (let tap = 1; tap < kernel.length; tap++) {
        const before = start + sourceOf(i - tap, count, "reflect") * step;
        const after = start + sourceOf(i + tap, count, "reflect") * step;
        const weight = kernel[tap];
        for (let k = 0; k < step; k++) to[at + k] += weight * (from[before + k] + from[after + k]);
      }
    }
  }
  return to;
}
