import type { Image } from "../../lib/image/decode.ts";
import { radialSpectrum } from "../../lib/image/spectrum.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";

function grey(size: number, value: (x: number, y: number) => number): Image {
  const data = new Uint8Array(size * size * 3);
  for (let i = 0; i < size * size; i++) data.fill(value(i % size, Math.floor(i / size)), 3 * i, 3 * i + 3);
  return { data, width: size, height: size };
}

Deno.test("a wave has its power where its frequency is, whichever way it runs", () => {
  for (const direction of ["across", "down"]) {
    const wave = grey(
      32,
      (x, y) => Math.round(128 + 100 * Math.cos(2 * Math.PI * 5 * (direction === "across" ? x : y) / 32)),
    );
    const spectrum = radialSpectrum(wave, 32)!;
    assertEquals(spectrum.length, 16);
    assertEquals(spectrum.indexOf(Math.max(...spectrum)), 4); // frequencies begin with 1
    // beside a peak of (100 · 32² / 4)² under the window, what is far from it is the rounding to whole numbers
    assert(spectrum[12] < spectrum[4] - 5);
  }
});

Deno.test("the spectrum is that of the discrete Fourier transform, done slowly", () => {
  const size = 8;
  const draw = random(3, "spectrum");
  const image = grey(size, () => draw.integer(256));
  const plane = Array.from({ length: size * size }, (_, i) => image.data[3 * i]);
  const mean = plane.reduce((sum, value) => sum + value, 0) / plane.length;
  const hann = (i: number): number => Math.sin(Math.PI * (i + 0.5) / size) ** 2;
  const rings = new Map<number, number[]>();
  for (let v = 0; v < size; v++) {
    for (let u = 0; u < size; u++) {
      let [re, im] = [0, 0];
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          const value = (plane[y * size + x] - mean) * hann(x) * hann(y);
          re += value * Math.cos(2 * Math.PI * (u * x + v * y) / size);
          im -= value * Math.sin(2 * Math.PI * (u * x + v * y) / size);
        }
      }
      const ring = Math.round(Math.hypot(Math.min(u, size - u), Math.min(v, size - v)));
      rings.set(ring, [...rings.get(ring) ?? [], re ** 2 + im ** 2]);
    }
  }
  const spectrum = radialSpectrum(image, size)!;
  for (let f = 1; f <= size / 2; f++) {
    const powers = rings.get(f)!;
    const power = powers.reduce((sum, value) => sum + value, 0) / powers.length;
    assertClose(spectrum[f - 1], Math.log10(power + 1e-3), 1e-9);
  }
});

Deno.test("noise is white", () => {
  const draw = random(4, "noise");
  const spectrum = radialSpectrum(grey(128, () => 128 + Math.round(20 * draw.normal())), 128)!;
  const high = spectrum.subarray(32);
  assert(Math.max(...high) - Math.min(...high) < 0.3, `${Math.min(...high)} … ${Math.max(...high)}`);
});

Deno.test("a smaller picture has no spectrum, a flat one a finite one, and the size is a power of two", () => {
  assertEquals(radialSpectrum(grey(15, () => 1), 16), null);
  assert(radialSpectrum(grey(16, () => 1), 16)!.every((value) => value === -3));
  assertThrows(() => radialSpectrum(grey(16, () => 1), 12), RangeError, "power of two");
});
