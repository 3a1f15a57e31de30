import { checkInterval, checkNumber } from "../definition/check.ts";
import { type Part, part } from "../definition/part.ts";
import { sourceOf } from "../image/extend.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";

/**
 * Blur by one of OpenCV's three small Gaussian kernels, 3, 5 or 7 pixels wide, as albumentations' `GaussianBlur` has it
 * by default: there a whole width is drawn and an even one made odd, so that 5 and 7 come twice as often as 3.
 */
export interface KernelBlur extends Part<"kernelBlur"> {
  /** Smallest and largest width before it is made odd, 3…7. */
  readonly size: readonly [number, number];
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode KernelBlur} part. */
export const kernelBlur = part<KernelBlur>("kernelBlur", { size: [3, 7], p: 0.5 }, {
  check: ({ size, p }) => {
    checkInterval("kernelBlur.size", size, { from: 3, to: 7, integer: true });
    checkNumber("kernelBlur.p", p, { from: 0, to: 1 });
  },
});

/** The blurred image, or the image itself; draws two numbers. */
export function kernelBlurImage({ size: [low, high], p }: KernelBlur, image: Image, draw: Random): Image {
  const idle = draw.uniform() >= p;
  const size = (low + draw.integer(high - low + 1)) | 1;
  return idle ? image : blurByKernel(image, size as 3 | 5 | 7);
}

/** Weights in 256ths of the middle and of each pixel further out. */
const kernels = { 3: [128, 64], 5: [96, 64, 16], 7: [72, 56, 28, 8] } as const;

/** An image convolved with a small Gaussian, mirrored at its border without the edge pixel; rounded once. */
export function blurByKernel({ data, width, height }: Image, size: 3 | 5 | 7): Image {
  const kernel = kernels[size];
  const line = width * 3;
  const across = new Int32Array(data.length);
  const places = (count: number) =>
    Int32Array.from({ length: count + 2 * kernel.length }, (_, i) => sourceOf(i - kernel.length, count, "reflect"));
  const columns = places(width);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = kernel.length; x < width + kernel.length; x++, at += 3) {
      let r = 0, g = 0, b = 0;
      for (let tap = 0; tap < kernel.length; tap++) {
        const weight = tap === 0 ? kernel[0] >> 1 : kernel[tap]; // the middle is met twice
        const before = y * line + columns[x - tap] * 3;
        const after = y * line + columns[x + tap] * 3;
        r += weight * (data[before] + data[after]);
        g += weight * (data[before + 1] + data[after + 1]);
        b += weight * (data[before + 2] + data[after + 2]);
      }
      across[at] = r;
      across[at + 1] = g;
      across[at + 2] = b;
    }
  }
  const rows = places(height);
  const to = new Uint8Array(data.length);
  const sums = new Int32Array(line);
  for (let y = 0; y < height; y++) {
    sums.fill(1 << 15);
    for (let tap = 0; tap < kernel.length; tap++) {
      const weight = tap === 0 ? kernel[0] >> 1 : kernel[tap];
      const [above, below] = [rows[y + kernel.length - tap] * line, rows[y + kernel.length + tap] * line];
      for (let x = 0; x < line; x++) sums[x] += weight * (across[above + x] + across[below + x]);
    }
    for (let x = 0; x < line; x++) to[y * line + x] = sums[x] >> 16;
  }
  return { data: to, width, height };
}
