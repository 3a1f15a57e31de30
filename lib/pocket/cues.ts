/**
 * What a world gives away to a single number: features that need no learning, to see that no fake is told from a
 * photograph by its colour, its sharpness, its grid or its size alone.
 */
import type { Image } from "../image/decode.ts";
import { encodeImage } from "../image/encode.ts";

/** A number of a picture, by name. */
export const cues: Readonly<Record<string, (image: Image) => number | Promise<number>>> = {
  "mean": (image) => image.data.reduce((sum, value) => sum + value, 0) / image.data.length,
  "saturation": saturation,
  "high-pass energy": (image) => Math.log(highPassEnergy(image, grey) + 1e-3),
  "chroma high-pass": (image) =>
    Math.log((highPassEnergy(image, redOverGreen) + 0.01) / (highPassEnergy(image, grey) + 0.1)),
  "step at 2": (image) => stepRatio(image, 2),
  "step at 4": (image) => stepRatio(image, 4),
  "stored size": async (image) => (await encodeImage(image, { format: "webp", lossless: true })).length,
};

type Channel = (image: Image, pixel: number) => number;

function grey({ data }: Image, pixel: number): number {
  return (data[3 * pixel] + data[3 * pixel + 1] + data[3 * pixel + 2]) / 3;
}

function redOverGreen({ data }: Image, pixel: number): number {
  return data[3 * pixel] - data[3 * pixel + 1];
}

/** Mean difference of the largest and the smallest channel. */
function saturation({ data }: Image): number {
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) {
    sum += Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]);
  }
  return sum / (data.length / 3);
}

/** Mean square of what a 3 × 3 binomial blur takes away, the border left out. */
function highPassEnergy(image: Image, channel: Channel): number {
  const { width, height } = image;
  const at = (x: number, y: number) => channel(image, y * width + x);
  const row = (x: number, y: number) => at(x - 1, y) + 2 * at(x, y) + at(x + 1, y);
  let sum = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      sum += (at(x, y) - (row(x, y - 1) + 2 * row(x, y) + row(x, y + 1)) / 16) ** 2;
    }
  }
  return sum / ((width - 2) * (height - 2));
}

/** Mean step between neighbouring columns where a grid of `period` pixels would have its seams, over all others. */
function stepRatio(image: Image, period: number): number {
  const sums = [0, 0];
  const counts = [0, 0];
  for (let y = 0; y < image.height; y++) {
    for (let x = 1; x < image.width; x++) {
      const seam = x % period === 0 ? 0 : 1;
      const pixel = y * image.width + x;
      sums[seam] += Math.abs(grey(image, pixel) - grey(image, pixel - 1));
      counts[seam]++;
    }
  }
  return (sums[0] / counts[0] + 0.01) / (sums[1] / counts[1] + 0.01);
}
