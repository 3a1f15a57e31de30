/**
 * Tables of libjpeg at quality 50, luminance and colour, in zigzag order.
 *
 * Source: ITU-T T.81 (JPEG), annex K.1.
 */
// deno-fmt-ignore
const LUMINANCE = [
  16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
  56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
];
// deno-fmt-ignore
const COLOUR = [
  17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/** By quality 1…100, luminance and colour. */
const KNOWN = Array.from({ length: 100 }, (_, i) => {
  const quality = i + 1;
  const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  const scaled = (table: readonly number[]): number[] =>
    table.map((value) => Math.min(Math.max(Math.floor((value * scale + 50) / 100), 1), 255));
  return [scaled(LUMINANCE), scaled(COLOUR)] as const;
});

/**
 * Steps of quantisation that libjpeg writes at a quality, 1…100: of luminance and of colour, 64 each in zigzag order.
 */
export function quantisationTables(
  quality: number,
): readonly [luminance: readonly number[], colour: readonly number[]] {
  return KNOWN[quality - 1];
}

/**
 * The quality, 1…100, at which libjpeg writes the tables nearest to these, by the sum of absolute differences: exact for
 * whatever wrote libjpeg's own tables (libjpeg-turbo, Pillow, OpenCV, sharp), an estimate for cameras and Photoshop.
 *
 * @param luminance 64 values in zigzag order; `colour` too, missing where both have one table or there is no colour
 * @returns null without a table
 */
export function estimateQuality(luminance?: readonly number[], colour?: readonly number[]): number | null {
  if (luminance === undefined) return null;
  let best = { quality: 0, distance: Infinity };
  for (const [i, known] of KNOWN.entries()) {
    const bound = best.distance;
    let distance = difference(luminance, known[0], bound);
    if (colour !== undefined && distance < bound) distance += difference(colour, known[1], bound - distance);
    if (distance < bound) best = { quality: i + 1, distance };
  }
  return best.quality;
}

/** Stops counting at the bound, beyond which it is of no use. */
function difference(a: readonly number[], b: readonly number[], bound: number): number {
  let sum = 0;
  for (let i = 0; i < 64 && sum < bound; i++) sum += Math.abs(a[i] - b[i]);
  return sum;
}
