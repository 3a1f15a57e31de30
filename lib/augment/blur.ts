import { checkInterval, checkNumber } from "../definition/check.ts";
import { type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";

/** Gaussian blur. */
export interface Blur extends Part<"blur"> {
  /** Smallest and largest standard deviation, pixels, > 0, drawn uniformly. */
  readonly sigma: readonly [number, number];
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode Blur} part. */
export const blur = part<Blur, "sigma">("blur", { p: 0.5 }, {
  required: ["sigma"],
  check: ({ sigma, p }) => {
    checkInterval("blur.sigma", sigma, { from: 0.01, to: 100 });
    checkNumber("blur.p", p, { from: 0, to: 1 });
  },
});

/** The image blurred by a drawn width, or the image itself; draws two numbers either way. */
export function blurImage({ sigma: [low, high], p }: Blur, image: Image, draw: Random): Image {
  const idle = draw.uniform() >= p;
  const sigma = low + (high - low) * draw.uniform();
  return idle ? image : gaussianBlur(image, sigma);
}

/**
 * An image convolved with a Gaussian, cut at three standard deviations; borders are mirrored without repeating the
 * edge pixel. Rounded to 8 bits once, at the end.
 */
export function gaussianBlur({ data, width, height }: Image, sigma: number): Image {
  const kernel = gaussian(sigma);
  const between = new Float32Array(data.length);
  pass(data, between, { kernel, count: width, stride: 3, lines: height, lineStride: width * 3 });
  const blurred = new Uint8ClampedArray(data.length); // rounds to nearest
  pass(between, blurred, { kernel, count: height, stride: width * 3, lines: width, lineStride: 3 });
  return { data: new Uint8Array(blurred.buffer), width, height };
}

/** Weights of the taps 0, ±1, ±2 …; with their mirror images they sum to 1. */
function gaussian(sigma: number): Float64Array {
  const taps = Float64Array.from(
    { length: Math.ceil(3 * sigma) + 1 },
    (_, i) => Math.exp(-i * i / (2 * sigma * sigma)),
  );
  const sum = taps.reduce((total, tap, i) => total + (i === 0 ? tap : 2 * tap), 0);
  return taps.map((tap) => tap / sum);
}

/** Convolves `lines` lines of `count` pixels, each pixel `stride` from the next. */
function pass(
  from: ArrayLike<number>,
  to: { [i: number]: number },
  { kernel, count, stride, lines, lineStride }: {
    kernel: Float64Array;
    count: number;
    stride: number;
    lines: number;
    lineStride: number;
  },
): void {
  const mirrored = (i: number) => {
    if (count === 1) return 0;
    const period = 2 * (count - 1);
    const wrapped = ((i % period) + period) % period;
    return wrapped < count ? wrapped : period - wrapped;
  };
  const reach = kernel.length - 1;
  const places = Int32Array.from({ length: count + 2 * reach }, (_, i) => mirrored(i - reach) * stride);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < count; i++) {
      for (let channel = 0; channel < 3; channel++) {
        const base = line * lineStride + channel;
        let sum = kernel[0] * from[base + places[i + reach]];
        for (let tap = 1; tap <= reach; tap++) {
          sum += kernel[tap] * (from[base + places[i + reach - tap]] + from[base + places[i + reach + tap]]);
        }
        to[base + i * stride] = sum;
      }
    }
  }
}
