import { checkInterval, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { mirrorEnds, sourceOf } from "../image/extend.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";
import { type Change, localChange, type Size } from "./change.ts";

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
export const kernelBlur: Maker<KernelBlur> = part("kernelBlur", { size: [3, 7], p: 0.5 }, {
  check: ({ size, p }) => {
    checkInterval("kernelBlur.size", size, { from: 3, to: 7, integer: true });
    checkNumber("kernelBlur.p", p, { from: 0, to: 1 });
  },
});

/** The blur, or null where there is none; draws two numbers. */
export function planKernelBlur({ size: [low, high], p }: KernelBlur, of: Size, draw: Random): Change | null {
  const idle = draw.uniform() >= p;
  const size = ((low + draw.integer(high - low + 1)) | 1) as 3 | 5 | 7;
  return idle ? null : localChange(of, { reach: size >> 1, change: (image) => blurByKernel(image, size) });
}

/** Weights in 256ths of the middle and of each pixel further out. */
const kernels = { 3: [128, 64], 5: [96, 64, 16], 7: [72, 56, 28, 8] } as const;

/** An image convolved with a small Gaussian, mirrored at its border without the edge pixel; rounded once. */
export function blurByKernel({ data, width, height }: Image, size: 3 | 5 | 7): Image {
  const kernel = kernels[size];
  const line = width * 3;
  const reach = kernel.length - 1;
  const rows = Int32Array.from({ length: height + 2 * reach }, (_, i) => sourceOf(i - reach, height, "reflect") * line);
  const to = new Uint8Array(data.length);
  // one line at a time, blurred down the image and then along itself: what is needed stays in the cache
  const down = new Int32Array(line + 6 * reach);
  for (let y = 0; y < height; y++) {
    const middle = y * line;
    for (let x = 0; x < line; x++) down[3 * reach + x] = kernel[0] * data[middle + x];
    for (let tap = 1; tap <= reach; tap++) {
      const weight = kernel[tap], above = rows[reach + y - tap], below = rows[reach + y + tap];
      for (let x = 0; x < line; x++) down[3 * reach + x] += weight * (data[above + x] + data[below + x]);
    }
    mirrorEnds(down, { count: width, reach, border: "reflect" });
    for (let x = 0; x < line; x++) {
      const at = 3 * reach + x;
      let sum = kernel[0] * down[at] + (1 << 15);
      for (let tap = 1; tap <= reach; tap++) sum += kernel[tap] * (down[at - 3 * tap] + down[at + 3 * tap]);
      to[middle + x] = sum >> 16;
    }
  }
  return { data: to, width, height };
}
