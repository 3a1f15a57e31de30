/**
 * Changes of size that come out as Pillow's, bit for bit. sharp's own filters are others, see `ResizeFilter`,
 * and detectors were trained on Pillow's: torchvision's `Resize` on images, CLIP's preparation, AlignedForensics's crops.
 */
import type { Image } from "./decode.ts";
import { checkSides } from "./sides.ts";

/** Pillow's filters but for nearest. */
export type PillowFilter = "box" | "bilinear" | "hamming" | "bicubic" | "lanczos";

/** How far each reaches, in pixels of the coarser grid, and its weight at x. */
const filters: Readonly<Record<PillowFilter, { readonly reach: number; readonly weight: (x: number) => number }>> = {
  box: { reach: 0.5, weight: (x: number) => x > -0.5 && x <= 0.5 ? 1 : 0 },
  bilinear: { reach: 1, weight: (x: number) => Math.max(0, 1 - Math.abs(x)) },
  hamming: { reach: 1, weight: (x: number) => Math.abs(x) < 1 ? sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x)) : 0 },
  bicubic: { reach: 2, weight: (x: number) => catmullRom(Math.abs(x)) },
  lanczos: { reach: 3, weight: (x: number) => x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0 },
};

/** All of them, to choose from. */
export const pillowFilters = Object.keys(filters) as readonly PillowFilter[];

/** Weights are whole numbers of this fraction, as Pillow has them: sums of 8-bit values stay within 32 bits. */
const PRECISION = 22;
/** One half, for rounding. */
const HALF = 1 << (PRECISION - 1);

/** For each place of the new line: the first old place, how many there are, and their weights, `most` to a place. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  readonly most: number;
}

/**
 * An image at another size, stretched where the sides change by unlike factors: what `Image.resize(size, filter)`
 * gives, where shrinking widens the filter so that nothing aliases. torchvision calls that antialias.
 *
 * @returns pixels that the caller owns
 * @throws {RangeError} when a side is not a whole number of pixels ≥ 1
 */
export function resizeLikePillow(
  image: Image,
  { width, height, filter }: { width: number; height: number; filter: PillowFilter },
): Image {
  checkSides(width, height);
  const across = width === image.width ? image.data : resampleRows(image, tapsOf(image.width, width, filter));
  if (height === image.height) return { data: across === image.data ? across.slice() : across, width, height };
  const data = resampleColumns(across, { stride: width * 3, taps: tapsOf(image.height, height, filter) });
  return { data, width, height };
}

function tapsOf(from: number, to: number, name: PillowFilter): Taps {
  const { reach, weight } = filters[name];
  const scale = from / to;
  const widened = Math.max(1, scale);
  const support = reach * widened;
  const most = Math.ceil(support) * 2 + 1;
  const taps = { first: new Int32Array(to), count: new Int32Array(to), weights: new Int32Array(to * most), most };
  for (let place = 0; place < to; place++) {
    const center = (place + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(from, Math.trunc(center + support + 0.5)) - first;
    const exact = Array.from({ length: count }, (_, i) => weight((i + first - center + 0.5) / widened));
    const sum = exact.reduce((total, each) => total + each, 0);
    taps.first[place] = first;
    taps.count[place] = count;
    for (let i = 0; i < count; i++) {
      const share = exact[i] / sum * 2 ** PRECISION;
      taps.weights[place * most + i] = Math.trunc(share < 0 ? share - 0.5 : share + 0.5);
    }
  }
  return taps;
}

function resampleRows({ data, width, height }: Image, { first, count, weights, most }: Taps): Uint8Array {
  const places = first.length;
  const to = new Uint8ClampedArray(places * height * 3);
  for (let row = 0, at = 0; row < height; row++) {
    for (let place = 0; place < places; place++, at += 3) {
      let from = (row * width + first[place]) * 3;
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      const start = place * most;
      for (let i = start; i < start + count[place]; i++, from += 3) {
        const weight = weights[i];
        red += data[from] * weight;
        green += data[from + 1] * weight;
        blue += data[from + 2] * weight;
      }
      to[at] = red >> PRECISION;
      to[at + 1] = green >> PRECISION;
      to[at + 2] = blue >> PRECISION;
    }
  }
  return new Uint8Array(to.buffer);
}

/** `stride` numbers to a row; row by row, so that memory is read in its order. */
function resampleColumns(
  data: Uint8Array,
  { stride, taps: { first, count, weights, most } }: { stride: number; taps: Taps },
): Uint8Array {
  const places = first.length;
  const to = new Uint8ClampedArray(places * stride);
  const sums = new Int32Array(stride);
  for (let place = 0; place < places; place++) {
    sums.fill(HALF);
    for (let i = 0; i < count[place]; i++) {
      const from = (first[place] + i) * stride;
      const weight = weights[place * most + i];
      for (let x = 0; x < stride; x++) sums[x] += data[from + x] * weight;
    }
    const at = place * stride;
    for (let x = 0; x < stride; x++) to[at + x] = sums[x] >> PRECISION;
  }
  return new Uint8Array(to.buffer);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Keys's cubic with a = −½. */
function catmullRom(x: number): number {
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
}
