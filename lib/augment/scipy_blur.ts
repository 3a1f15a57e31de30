import type { Image } from "../image/decode.ts";
import { mirrorEnds, sourceOf } from "../image/extend.ts";

/**
 * An image convolved as `scipy.ndimage.gaussian_filter` convolves 8-bit planes in place: columns first, then rows, cut
 * at four standard deviations, mirrored with the edge pixel, and cut to whole numbers after each pass. The order of
 * the sums is scipy's too, since a sum that falls short of a whole number by its last bit is cut to the one below.
 */
export function blurLikeScipy({ data, width, height }: Image, sigma: number): Image {
  const weights = gaussian(sigma);
  const reach = weights.length - 1;
  const line = width * 3;
  const rows = Int32Array.from(
    { length: height + 2 * reach },
    (_, i) => sourceOf(i - reach, height, "symmetric") * line,
  );
  const to = new Uint8Array(data.length);
  const sums = new Float64Array(line);
  const down = new Int32Array(line + 6 * reach);
  for (let y = 0; y < height; y++) {
    const middle = y * line;
    for (let x = 0; x < line; x++) sums[x] = data[middle + x] * weights[0];
    for (let tap = reach; tap > 0; tap--) {
      const weight = weights[tap], above = rows[reach + y - tap], below = rows[reach + y + tap];
      for (let x = 0; x < line; x++) sums[x] += (data[above + x] + data[below + x]) * weight;
    }
    for (let x = 0; x < line; x++) down[3 * reach + x] = sums[x];
    mirrorEnds(down, { count: width, reach, border: "symmetric" });
    for (let x = 0; x < line; x++) {
      const at = 3 * reach + x;
      let sum = down[at] * weights[0];
      for (let tap = reach; tap > 0; tap--) sum += (down[at - 3 * tap] + down[at + 3 * tap]) * weights[tap];
      to[middle + x] = sum;
    }
  }
  return { data: to, width, height };
}

/** Weights of the taps 0, ±1, ±2 …; with their mirror images they sum to 1. */
function gaussian(sigma: number): Float64Array {
  const taps = Float64Array.from(
    { length: Math.trunc(4 * sigma + 0.5) + 1 },
    (_, i) => i === 0 ? 1 : Math.exp(-0.5 / (sigma * sigma) * i * i),
  );
  const sum = taps.reduce((total, tap, i) => total + (i === 0 ? tap : 2 * tap), 0);
  return taps.map((tap) => tap / sum);
}
