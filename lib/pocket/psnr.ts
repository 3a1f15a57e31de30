import type { Image } from "../image/decode.ts";

/** Peak signal-to-noise ratio between two lists of pictures, in dB, over all their values; Infinity if equal. */
export function psnr(a: readonly Image[], b: readonly Image[]): number {
  let squares = 0;
  let count = 0;
  for (const [i, { data }] of a.entries()) {
    for (let k = 0; k < data.length; k++) squares += (data[k] - b[i].data[k]) ** 2;
    count += data.length;
  }
  return 10 * Math.log10(255 ** 2 * count / squares);
}
