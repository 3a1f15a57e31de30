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
  const mean = real.reduce((sum, value) => sum + value, 0) / real.length;
  const window = Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos(2 * Math.PI * (i + 0.5) / size));
  for (let i = 0; i < real.length; i++) real[i] = (real[i] - mean) * window[Math.floor(i / size)] * window[i % size];
  const imaginary = new Float64Array(size * size);
  for (let y = 0; y < size; y++) transform(real, imaginary, { from: y * size, step: 1, size });
  for (let x = 0; x < size; x++) transform(real, imaginary, { from: x, step: size, size });
  return rings(real, imaginary, size);
}

/** Beneath the rounding of 8 bits: keeps the logarithm of a flat picture finite. */
const FLOOR = 1e-3;

function rings(real: Float64Array, imaginary: Float64Array, size: number): Float64Array {
  const sums = new Float64Array(size / 2 + 1);
  const counts = new Float64Array(size / 2 + 1);
  const signed = (i: number): number => i <= size / 2 ? i : i - size;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const ring = Math.round(Math.hypot(signed(x), signed(y)));
      if (ring > size / 2) continue;
      sums[ring] += real[y * size + x] ** 2 + imaginary[y * size + x] ** 2;
      counts[ring]++;
    }
  }
  return Float64Array.from({ length: size / 2 }, (_, i) => Math.log10(sums[i + 1] / counts[i + 1] + FLOOR));
}

/** The discrete Fourier transform in place of `size` values that stand `step` apart (Cooley and Tukey 1965, radix 2). */
function transform(
  real: Float64Array,
  imaginary: Float64Array,
  { from, step, size }: { readonly from: number; readonly step: number; readonly size: number },
): void {
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
      const angle = -2 * Math.PI * k / length;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      for (let start = 0; start < size; start += length) {
        const [a, b] = [from + (start + k) * step, from + (start + k + length / 2) * step];
        const [re, im] = [real[b] * cos - imaginary[b] * sin, real[b] * sin + imaginary[b] * cos];
        [real[b], imaginary[b]] = [real[a] - re, imaginary[a] - im];
        real[a] += re;
        imaginary[a] += im;
      }
    }
  }
}
