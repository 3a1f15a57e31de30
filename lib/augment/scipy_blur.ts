import type { Image } from "../image/decode.ts";
import { sourceOf } from "../image/extend.ts";

/**
 * An image convolved as `scipy.ndimage.gaussian_filter` convolves 8-bit planes in place: columns first, then rows, cut
 * at four standard deviations, mirrored with the edge pixel, and cut to whole numbers after each pass. The order of
 * the sums is scipy's too, since a sum that falls short of a whole number by its last bit is cut to the one below.
 */
export function blurLikeScipy({ data, width, height }: Image, sigma: number): Image {
  const weights = gaussian(sigma);
  const line = width * 3;
  const down = new Uint8Array(data.length);
  const rows = places(height, weights.length);
  const sums = new Float64Array(line);
  for (let y = 0; y < height; y++) {
    const middle = y * line;
    for (let x = 0; x < line; x++) sums[x] = data[middle + x] * weights[0];
    for (let tap = weights.length - 1; tap > 0; tap--) {
      const [above, below] = [rows[y + weights.length - tap] * line, rows[y + weights.length + tap] * line];
      const weight = weights[tap];
      for (let x = 0; x < line; x++) sums[x] += (data[above + x] + data[below + x]) * weight;
    }
    for (let x = 0; x < line; x++) down[middle + x] = sums[x];
  }
  const to = new Uint8Array(data.length);
  const columns = places(width, weights.length).map((x) => x * 3);
  for (let y = 0; y < height; y++) {
    const start = y * line;
    for (let x = 0; x < width; x++) {
      const at = start + x * 3;
      let r = down[at] * weights[0], g = down[at + 1] * weights[0], b = down[at + 2] * weights[0];
      for (let tap = weights.length - 1; tap > 0; tap--) {
        const weight = weights[tap];
        const left = start + columns[x + weights.length - tap];
        const right = start + columns[x + weights.length + tap];
        r += (down[left] + down[right]) * weight;
        g += (down[left + 1] + down[right + 1]) * weight;
        b += (down[left + 2] + down[right + 2]) * weight;
      }
      to[at] = r;
      to[at + 1] = g;
      to[at + 2] = b;
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

/** Where each place lies from `beyond` before the first to as many behind the last. */
function places(count: number, beyond: number): Int32Array {
  return Int32Array.from({ length: count + 2 * beyond }, (_, i) => sourceOf(i - beyond, count, "symmetric"));
}
