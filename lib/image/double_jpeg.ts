/**
 * Whether the pixels of an image were stored as JPEG before the file at hand was written.
 *
 * Coefficients that were rounded to multiples of one step and then to those of another leave gaps and peaks in their
 * histogram. What it would look like after one storing and after two is not known of an image, but nearly that of the
 * same picture cut four pixels off its grid of blocks, where nothing was rounded: its coefficients are stored once and
 * twice in numbers, and the histogram that is nearest tells.
 *
 * Source: Lukáš and Fridrich, Estimation of Primary Quantization Matrix in Double Compressed JPEG Images (2003), the
 * comparison of histograms with those of a shifted picture. Whole tables of libjpeg's qualities are tried here, not the
 * steps one by one.
 */
import type { Image } from "./decode.ts";
import { peekInto } from "./headers/peek.ts";
import { luminanceSteps } from "./headers/jpeg.ts";
import { quantisationTables } from "./headers/quality.ts";

/** What the histograms say. */
export interface JpegHistory {
  /** JPEG quality, 1…100, of an earlier storing that explains the histograms best. */
  readonly earlier: number;
  /** How much better than one storing it explains them, 0…1: the share of their distance that it takes away. */
  readonly gain: number;
}

/**
 * Gain from which an earlier storing is told. On photographs of 400 pixels that played no part in choosing it: of 126 stored
 * once at qualities 50…95, or never, none reached it; of those stored twice, first at the lower quality, 85 % did, first at
 * the higher one 13 %; of lossless files that had been JPEG before, 96 % of those of quality 80 and lower and 12 % of those
 * of 85 and higher. A picture that was cut or resized in between has another grid of blocks, and is not found.
 */
export const TOLD = 0.2;

/** Coefficients that are looked at: places 1…9 of the zigzag, which photographs fill. */
const PLACES = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Largest multiple of the step whose count is compared. */
const MOST = 24;

/** Largest step of an earlier storing at a quality that is tried, or more. */
const LARGEST = 64;

/** Qualities that are tried. */
const TRIED = Array.from({ length: 31 }, (_, i) => 40 + 2 * i);

/** Fewest blocks that make a histogram. */
const FEWEST = 256;

/**
 * What the pixels tell of an earlier storing as JPEG on the same grid of blocks.
 *
 * @param steps of the luminance of the file at hand, 64 in zigzag order, which {@linkcode stepsOf} reads; null: it is no
 * JPEG file, and what is asked is whether it was one before
 * @returns null where there are too few blocks of eight pixels to tell
 */
export function jpegHistory(image: Image, steps: readonly number[] | null): JpegHistory | null {
  const grey = greyOf(image);
  const own = coefficients(grey, image, 0);
  const free = coefficients(grey, image, 4);
  if (own.blocks < FEWEST || free.blocks < FEWEST) return null;
  const last = steps ?? Array.from({ length: 64 }, () => 1);
  const places = PLACES.map((place, i) => {
    const step = last[place];
    return {
      place,
      step,
      found: histogram(halves(own.values[i], step), step, null),
      free: halves(free.values[i], step),
    };
  });
  const distance = (first: readonly number[] | null): number =>
    places.reduce((sum, { place, step, found, free }) => {
      return sum + apart(found, histogram(free, step, first?.[place] ?? null));
    }, 0);
  const once = distance(null);
  let best = { earlier: TRIED[0], twice: Infinity };
  for (const earlier of TRIED) {
    const twice = distance(quantisationTables(earlier)[0]);
    if (twice < best.twice) best = { earlier, twice };
  }
  return { earlier: best.earlier, gain: once <= 0 ? 0 : Math.max(0, 1 - best.twice / once) };
}

/** Steps of the luminance of a JPEG file; null for any other file. */
export function stepsOf(bytes: Uint8Array): readonly number[] | null {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  try {
    return luminanceSteps(peekInto([{ offset: 0, bytes }]));
  } catch {
    return null; // cut off: whoever decodes it says so
  }
}

/** Luminance as JPEG has it, less 128. */
function greyOf({ data, width, height }: Image): Float32Array {
  const grey = new Float32Array(width * height);
  for (let i = 0, at = 0; i < grey.length; i++, at += 3) {
    grey[i] = 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2] - 128;
  }
  return grey;
}

/** Rows and columns of the zigzag's first places. */
const ZIGZAG = [[0, 0], [0, 1], [1, 0], [2, 0], [1, 1], [0, 2], [0, 3], [1, 2], [2, 1], [3, 0]] as const;

/** COSINES[k][x]: the orthonormal basis of the cosine transform over 8 values. */
const COSINES = Array.from({ length: 8 }, (_, k) =>
  Float64Array.from({ length: 8 }, (_, x) => {
    return (k === 0 ? Math.SQRT1_2 : 1) / 2 * Math.cos((2 * x + 1) * k * Math.PI / 16);
  }));

/** Coefficients of all blocks of a grid that begins at (offset, offset), by place. */
function coefficients(
  grey: Float32Array,
  { width, height }: Pick<Image, "width" | "height">,
  offset: number,
): { readonly blocks: number; readonly values: readonly Float32Array[] } {
  const across = Math.max(0, (width - offset) >> 3), down = Math.max(0, (height - offset) >> 3);
  const blocks = across * down;
  const values = PLACES.map(() => new Float32Array(blocks));
  const lines = new Float64Array(32); // of four frequencies across, in eight rows
  for (let block = 0; block < blocks; block++) {
    const x0 = offset + 8 * (block % across), y0 = offset + 8 * Math.floor(block / across);
    for (let y = 0; y < 8; y++) {
      for (let k = 0; k < 4; k++) {
        let sum = 0;
        for (let x = 0; x < 8; x++) sum += COSINES[k][x] * grey[(y0 + y) * width + x0 + x];
        lines[8 * k + y] = sum;
      }
    }
    for (const [i, place] of PLACES.entries()) {
      const [row, column] = ZIGZAG[place];
      let sum = 0;
      for (let y = 0; y < 8; y++) sum += COSINES[row][y] * lines[8 * column + y];
      values[i][block] = sum;
    }
  }
  return { blocks, values };
}

/** Coefficients counted in bins of half a unit, the middle one beginning at 0: what is rounded by whole steps stays apart. */
function halves(values: Float32Array, step: number): Uint32Array {
  const middle = 2 * (MOST + 1) * step + 2 * LARGEST; // what may still become a multiple that is compared
  const counts = new Uint32Array(2 * middle);
  for (let i = 0; i < values.length; i++) {
    const at = middle + Math.floor(2 * values[i]);
    if (at >= 0 && at < counts.length) counts[at]++;
  }
  return counts;
}

/**
 * Shares of the multiples −MOST…MOST of a step.
 *
 * @param before step of an earlier rounding; null: there was none
 */
function histogram(counts: Uint32Array, step: number, before: number | null): Float64Array {
  const shares = new Float64Array(2 * MOST + 1);
  const middle = counts.length / 2;
  let all = 0;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue;
    all += counts[i];
    const value = (i - middle + 0.5) / 2;
    const at = MOST + Math.round((before === null ? value : Math.round(value / before) * before) / step);
    if (at >= 0 && at < shares.length) shares[at] += counts[i];
  }
  for (let i = 0; i < shares.length; i++) shares[i] /= Math.max(1, all);
  return shares;
}

/** Squared distance of the roots, Hellinger's: gaps count, and so do small counts. */
function apart(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (Math.sqrt(a[i]) - Math.sqrt(b[i])) ** 2;
  return sum;
}
