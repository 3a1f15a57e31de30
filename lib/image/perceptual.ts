/** Two short codes of what a picture shows, which storing it anew or at another size leaves nearly as they are. */
import type { Image } from "./decode.ts";
import { resizeImage } from "./resize.ts";

/** Two times 64 bits, each in two halves of 32. */
export interface PictureCode {
  /** Which of the 64 lowest frequencies of the picture lie above their median. */
  readonly frequencies: readonly [number, number];
  /** Which of 8 × 8 places are brighter than the one to their right. */
  readonly steps: readonly [number, number];
  /** Standard deviation of the picture shrunk to 32 × 32, of 255: flat pictures have codes that say nothing. */
  readonly contrast: number;
}

const SIDE = 32;
const LOW = 8;

/** cosines[k][i] = cos(π k (2 i + 1) / 64): the rows of a discrete cosine transform of 32 values, unscaled. */
const cosines = Array.from(
  { length: LOW + 1 },
  (_, k) => Float64Array.from({ length: SIDE }, (_, i) => Math.cos(Math.PI * k * (2 * i + 1) / (2 * SIDE))),
);

/**
 * The code of a picture of any size.
 *
 * Source: the hashes that Zauner 2010 calls pHash and Krawetz 2013 dHash; of the first the rows and columns 1…8 are
 * taken, so that brightness and slow shading do not count, and both work on one grey picture of 32 × 32.
 */
export async function pictureCode(image: Image): Promise<PictureCode> {
  const { data } = await resizeImage(image, { width: SIDE, height: SIDE });
  const grey = Float64Array.from(
    { length: SIDE * SIDE },
    (_, i) => 0.299 * data[3 * i] + 0.587 * data[3 * i + 1] + 0.114 * data[3 * i + 2],
  );
  const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length;
  const variance = grey.reduce((sum, value) => sum + (value - mean) ** 2, 0) / grey.length;
  const low = lowFrequencies(grey);
  const sorted = low.slice().sort();
  const middle = (sorted[31] + sorted[32]) / 2;
  return {
    frequencies: halves((bit) => low[bit] > middle),
    steps: halves((bit) => brightness(grey, bit % 8, bit >> 3) > brightness(grey, bit % 8 + 1, bit >> 3)),
    contrast: Math.sqrt(variance),
  };
}

/** In how many of their 32 bits two halves of codes differ. */
export function bitsApart(a: number, b: number): number {
  const word = a ^ b;
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function halves(bitOf: (bit: number) => boolean): [number, number] {
  const half = (from: number): number => {
    let word = 0;
    for (let bit = 0; bit < 32; bit++) if (bitOf(from + bit)) word |= 1 << bit;
    return word >>> 0;
  };
  return [half(0), half(32)];
}

/** Rows and columns 1…8 of the cosine transform, row by row. */
function lowFrequencies(grey: Float64Array): Float64Array {
  const across = new Float64Array(LOW * SIDE); // frequency by row of the picture
  for (let y = 0; y < SIDE; y++) {
    for (let k = 1; k <= LOW; k++) {
      let sum = 0;
      for (let x = 0; x < SIDE; x++) sum += cosines[k][x] * grey[y * SIDE + x];
      across[(k - 1) * SIDE + y] = sum;
    }
  }
  const low = new Float64Array(LOW * LOW);
  for (let down = 1; down <= LOW; down++) {
    for (let k = 0; k < LOW; k++) {
      let sum = 0;
      for (let y = 0; y < SIDE; y++) sum += cosines[down][y] * across[k * SIDE + y];
      low[(down - 1) * LOW + k] = sum;
    }
  }
  return low;
}

/** Mean of one of 9 × 8 places: 9 across that overlap a little, since 32 is no multiple of 9. */
function brightness(grey: Float64Array, column: number, row: number): number {
  const left = Math.round(column * (SIDE - 4) / 8);
  let sum = 0;
  for (let y = row * 4; y < row * 4 + 4; y++) for (let x = left; x < left + 4; x++) sum += grey[y * SIDE + x];
  return sum;
}
