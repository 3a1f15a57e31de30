/**
 * What a picture gives away to a single number: features that need no learning, to see whether fakes are told from
 * photographs by their colour, their sharpness, their grid or their size alone. Pictures may have any size.
 */
import { decodeImage, type Image, parseFragment, statImage } from "./decode.ts";
import { encodeImage } from "./encode.ts";
import { parseRecodings, recodedBytes } from "./recode.ts";

/** Pixels, and how many bytes they were stored in. */
export interface Picture extends Image {
  /** Left out: the bytes of the picture's own lossless WebP. */
  readonly bytes?: number;
}

/** A number of a picture, by name. */
export const cues: Readonly<Record<string, (picture: Picture) => number | Promise<number>>> = {
  "mean": ({ data }) => data.reduce((sum, value) => sum + value, 0) / data.length,
  "saturation": saturation,
  "high-pass energy": (picture) => Math.log(highPassEnergy(picture, grey) + 1e-3),
  "chroma high-pass": (picture) =>
    Math.log((highPassEnergy(picture, redOverGreen) + 0.01) / (highPassEnergy(picture, grey) + 0.1)),
  "step at 2": (picture) => stepRatio(picture, 2),
  "step at 4": (picture) => stepRatio(picture, 4),
  // the logarithm of the bytes a pixel takes, so that pictures of unlike sizes can be compared
  "stored size": async (picture) => Math.log((picture.bytes ?? await webpBytes(picture)) / pixelsOf(picture)),
};

/**
 * Effort of the WebP that stands for a rectangle's file. A sixth of the time of effort 6 (1.8 against 12 ms a patch of
 * 64 pixels, two busy cores); the areas under the curve that the size reaches on the pocket world move by .02 at most.
 */
const EFFORT = 2;

/** Cues of a file as it was when it had this stamp. */
interface Known {
  readonly stamp: string;
  readonly values: Promise<readonly number[]>;
}

const known = new Map<string, Known>();

/**
 * All of {@linkcode cues} of an image file as it is stored, in their order; measured once in a process, and again when
 * the file has changed. The stored size is that of the file; of a rectangle, which has no file of its own, that of its
 * lossless WebP; of an image that is stored anew, that of the new file.
 *
 * @param file a path, which may end in a media fragment and in how the image is stored anew
 * @throws as {@linkcode decodeImage}
 */
export async function cuesOf(file: string): Promise<readonly number[]> {
  const { path, rectangle } = parseFragment(parseRecodings(file).file);
  const { mtime, size } = await statImage(path);
  const stamp = `${mtime?.getTime()} ${size}`;
  const before = known.get(file);
  if (before?.stamp === stamp) return await before.values;
  const values = measured(file, rectangle === null ? size : null);
  known.set(file, { stamp, values });
  values.catch(() => known.delete(file));
  return await values;
}

async function measured(name: string, size: number | null): Promise<readonly number[]> {
  const { file, recodings } = parseRecodings(name);
  const stored = await decodeImage(file);
  const anew = await recodedBytes(stored, recodings);
  return await cuesOfImage(anew === null ? stored : await decodeImage(anew), anew?.length ?? size);
}

/** All of {@linkcode cues} of pixels, and of the bytes that they are stored in; null: those of their lossless WebP. */
export async function cuesOfImage(image: Image, size: number | null): Promise<readonly number[]> {
  const picture: Picture = { ...image, bytes: size ?? await webpBytes(image, EFFORT) };
  const values: number[] = [];
  for (const cue of Object.values(cues)) values.push(await cue(picture));
  return values;
}

async function webpBytes(image: Image, effort = 6): Promise<number> {
  return (await encodeImage(image, { format: "webp", lossless: true, effort })).length;
}

function pixelsOf({ width, height }: Image): number {
  return width * height;
}

type Channel = (data: Uint8Array, at: number) => number;

function grey(data: Uint8Array, at: number): number {
  return (data[at] + data[at + 1] + data[at + 2]) / 3;
}

function redOverGreen(data: Uint8Array, at: number): number {
  return data[at] - data[at + 1];
}

function planeOf(image: Image, channel: Channel): Float64Array {
  const plane = new Float64Array(pixelsOf(image));
  for (let i = 0; i < plane.length; i++) plane[i] = channel(image.data, 3 * i);
  return plane;
}

/** Mean difference of the largest and the smallest channel. */
function saturation({ data }: Image): number {
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) {
    sum += Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]);
  }
  return sum / (data.length / 3);
}

/** Mean square of what a 3 × 3 binomial blur takes away, the border left out; 0 where there is only border. */
function highPassEnergy(image: Image, channel: Channel): number {
  const { width, height } = image;
  if (width < 3 || height < 3) return 0;
  const plane = planeOf(image, channel);
  const row = (at: number) => plane[at - 1] + 2 * plane[at] + plane[at + 1];
  let sum = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * width + 1; at < (y + 1) * width - 1; at++) {
      sum += (plane[at] - (row(at - width) + 2 * row(at) + row(at + width)) / 16) ** 2;
    }
  }
  return sum / ((width - 2) * (height - 2));
}

/**
 * Mean step between neighbouring columns where a grid of `period` pixels would have its seams, over all others; 1 for a
 * picture too narrow to have both.
 */
function stepRatio(image: Image, period: number): number {
  const { width, height } = image;
  if (width <= period) return 1;
  const plane = planeOf(image, grey);
  const sums = [0, 0];
  const counts = [0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 1; x < width; x++) {
      const seam = x % period === 0 ? 0 : 1;
      const at = y * width + x;
      sums[seam] += Math.abs(plane[at] - plane[at - 1]);
      counts[seam]++;
    }
  }
  return (sums[0] / counts[0] + 0.01) / (sums[1] / counts[1] + 0.01);
}
