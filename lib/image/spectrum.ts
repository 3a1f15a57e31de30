/** How the contrast of a picture is spread over coarse and fine detail. */
import type { Image } from "./decode.ts";

/**
 * The power of a picture's centre by spatial frequency, averaged over directions: the decadic logarithm of the mean
 * |F|² on each ring around zero, of grey values of 255, under a Hann window.
 *
 * @param size side of the centre, a power of two
 * @returns size / 2 numbers, of the frequencies 1…size / 2 cycles a side, the last of them Nyquist's; null for a picture
 * that is smaller than `size` either way
 * @throws {RangeError} when the size is no power of two from 8
 */
export function radialSpectrum({ data, width, height }: Image, size: number): Float64Array | null {
  if (!(size >= 8) || !Number.isInteger(Math.log2(size))) {
    throw new RangeError(`Cannot take a spectrum over ${size} pixels: expected a power of two from 8`);
  }
  if (width < size || height < size) return null;
  const [left, top] = [(width - size) >> 1, (height - size) >> 1];
  const real = new Float64Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const at = 3 * ((top + y) * width + left + x);
      real[y * size + x] = 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
    }
  }
  const { window, ring } = tablesOf(size);
  const mean = real.reduce((sum, value) => sum + value, 0) / real.length;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) real[y * size + x] = (real[y * size + x] - mean) * window[y] * window[x];
  }
  const imaginary = new Float64Array(size * size);
  for (let y = 0; y < size; y++) transform(real, imaginary, { from: y * size, step: 1, size });
  for (let x = 0; x < size; x++) transform(real, imaginary, { from: x, step: size, size });
  const sums = new Float64Array(size / 2 + 1);
  const counts = new Float64Array(size / 2 + 1);
  for (let i = 0; i < real.length; i++) {
    if (ring[i] > size / 2) continue;
    sums[ring[i]] += real[i] ** 2 + imaginary[i] ** 2;
    counts[ring[i]]++;
  }
  return Float64Array.from({ length: size / 2 }, (_, i) => Math.log10(sums[i + 1] / counts[i + 1] + FLOOR));
}

/** Beneath the rounding of 8 bits: keeps the logarithm of a flat picture finite. */
const FLOOR = 1e-3;

/** What depends on the size alone. */
interface Tables {
  /** Hann's, of one side. */
  readonly window: Float64Array;
  /** Distance of each place of the transform from zero, rounded. */
  readonly ring: Int32Array;
  /** Of the angles 2π k / size, k below size / 2. */
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

const tables = new Map<number, Tables>();

function tablesOf(size: number): Tables {
  const known = tables.get(size);
  if (known !== undefined) return known;
  const signed = (i: number): number => i <= size / 2 ? i : i - size;
  const half = (of: (angle: number) => number) =>
    Float64Array.from({ length: size / 2 }, (_, k) => of(2 * Math.PI * k / size));
  const made: Tables = {
    window: Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos(2 * Math.PI * (i + 0.5) / size)),
    ring: Int32Array.from(
      { length: size * size },
      (_, i) => Math.round(Math.hypot(signed(i % size), signed(Math.floor(i / size)))),
    ),
    cos: half(Math.cos),
    sin: half(Math.sin),
  };
  tables.set(size, made);
  return made;
}

/** The discrete Fourier transform in place of `size` values that stand `step` apart (Cooley and Tukey 1965, radix 2). */
function transform(
  real: Float64Array,
  imaginary: Float64Array,
  { from, step, size }: { readonly from: number; readonly step: number; readonly size: number },
): void {
  const { cos, sin } = tablesOf(size);
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    const [a, b] = [from + i * step, from + j * step];
    [real[a], real[b]] = [real[b], real[a]];
    [imaginary[a], imaginary[b]] = [imaginary[b], imaginary[a]];
  }
  for (let length = 2; length <= size; length *= 2) {
    for (let k = 0; k < length / 2; k++) {
      const [c, s] = [cos[k * (size / length)], -sin[k * (size / length)]];
      for (let start = 0; start < size; start += length) {
        const a = from + (start + k) * step;
        const b = a + length / 2 * step;
        const re = real[b] * c - imaginary[b] * s;
        const im = real[b] * s + imaginary[b] * c;
        [real[b], imaginary[b]] = [real[a] - re, imaginary[a] - im];
        real[a] += re;
        imaginary[a] += im;
      }
    }
  }
}
