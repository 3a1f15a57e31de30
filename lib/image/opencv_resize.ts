import type { Image, Rectangle } from "./decode.ts";
import { checkSides } from "./sides.ts";

/** Weights are whole numbers of 1 / 2048, as OpenCV has them for 8-bit images. */
const ONE = 2048;

/** For each place of the new line: the two old places it lies between, and their weights. */
interface Taps {
  readonly near: Int32Array;
  readonly far: Int32Array;
  readonly nearWeight: Int32Array;
  readonly farWeight: Int32Array;
}

/**
 * An image at another size, as OpenCV's `resize` with `INTER_LINEAR` gives it and with it albumentations by default:
 * between the four nearest pixels, however much the image shrinks, so that what the smaller size cannot show aliases.
 * Where both sides shrink to exactly half, OpenCV takes the mean of the four, and so does this.
 *
 * @returns pixels that the caller owns
 * @throws {RangeError} when a side is not a whole number of pixels ≥ 1
 */
export function resizeLikeOpenCv(image: Image, { width, height }: Sides): Image {
  checkSides(width, height);
  const whole = { from: image, to: { width, height }, part: { x: 0, y: 0, width, height } };
  return resized(image, whole, { x: 0, y: 0 });
}

/** Sides in pixels. */
interface Sides {
  readonly width: number;
  readonly height: number;
}

/** A rectangle of a resized image. */
interface ResizedPart {
  /** The whole image before. */
  readonly from: Sides;
  /** The whole image after. */
  readonly to: Sides;
  /** The rectangle of the image after. */
  readonly part: Rectangle;
}

/** The rectangle of the image before that a rectangle of the resized image is made of. */
export function openCvNeeds({ from, to, part }: ResizedPart): Rectangle {
  if (isSame(from, to)) return part;
  if (isHalf(from, to)) return { x: part.x * 2, y: part.y * 2, width: part.width * 2, height: part.height * 2 };
  const columns = tapsOf({ from: from.width, to: to.width, start: part.x, count: part.width });
  const rows = tapsOf({ from: from.height, to: to.height, start: part.y, count: part.height });
  const span = ({ near, far }: Taps) => [near[0], far[far.length - 1] - near[0] + 1];
  const [[x, width], [y, height]] = [span(columns), span(rows)];
  return { x, y, width, height };
}

/**
 * The same as {@linkcode resizeLikeOpenCv} of a rectangle alone.
 *
 * @param image the rectangle {@linkcode openCvNeeds} of the image before
 */
export function resizePartLikeOpenCv(image: Image, wanted: ResizedPart): Image {
  return resized(image, wanted, openCvNeeds(wanted));
}

/** @param place of the given pixels in the image before */
function resized(image: Image, { from, to, part }: ResizedPart, place: { x: number; y: number }): Image {
  const { width, height } = part;
  if (isSame(from, to)) return { data: image.data.slice(), width, height };
  if (isHalf(from, to)) return halved(image);
  const columns = tapsOf({ from: from.width, to: to.width, start: part.x, count: width });
  const rows = tapsOf({ from: from.height, to: to.height, start: part.y, count: height });
  shift(columns, place.x);
  shift(rows, place.y);
  const data = new Uint8Array(width * height * 3);
  // a line of the old image stretched to the new width; two are needed at a time, and most are needed twice
  const lines = [new Int32Array(width * 3), new Int32Array(width * 3)];
  const held = [-1, -1];
  const lineOf = (row: number, other: number): number => {
    const kept = held.indexOf(row);
    if (kept >= 0) return kept;
    const slot = held[0] === other ? 1 : 0;
    stretchLine(image, { row, columns, to: lines[slot] });
    held[slot] = row;
    return slot;
  };
  for (let y = 0, at = 0; y < height; y++) {
    const near = lines[lineOf(rows.near[y], rows.far[y])];
    const far = lines[lineOf(rows.far[y], rows.near[y])];
    const [nearWeight, farWeight] = [rows.nearWeight[y], rows.farWeight[y]];
    for (let x = 0; x < width * 3; x++, at++) {
      data[at] = ((nearWeight * (near[x] >> 4) >> 16) + (farWeight * (far[x] >> 4) >> 16) + 2) >> 2;
    }
  }
  return { data, width, height };
}

function isSame(from: Sides, to: Sides): boolean {
  return from.width === to.width && from.height === to.height;
}

function isHalf(from: Sides, to: Sides): boolean {
  return from.width === to.width * 2 && from.height === to.height * 2;
}

/** Has old places counted from the first that is given. */
function shift({ near, far }: Taps, first: number): void {
  for (let i = 0; i < near.length; i++) {
    near[i] -= first;
    far[i] -= first;
  }
}

/** Of `count` places from `start` on of a line that is `to` places long and was `from`. */
function tapsOf(
  { from, to, start, count }: {
    readonly from: number;
    readonly to: number;
    readonly start: number;
    readonly count: number;
  },
): Taps {
  const taps = {
    near: new Int32Array(count),
    far: new Int32Array(count),
    nearWeight: new Int32Array(count),
    farWeight: new Int32Array(count),
  };
  for (let place = 0; place < count; place++) {
    const at = Math.fround((start + place + 0.5) * (from / to) - 0.5);
    const near = Math.floor(at);
    const share = Math.fround(at - near);
    // beyond the border both are the border's pixel; the shares stay, because what each of them loses when it is cut to
    // whole numbers shows in the first and the last line
    taps.near[place] = Math.min(Math.max(near, 0), from - 1);
    taps.far[place] = Math.min(near + 1, from - 1);
    taps.nearWeight[place] = roundHalfEven(Math.fround(1 - share) * ONE);
    taps.farWeight[place] = roundHalfEven(share * ONE);
  }
  return taps;
}

function stretchLine(
  { data, width }: Image,
  { row, columns: { near, far, nearWeight, farWeight }, to }: { row: number; columns: Taps; to: Int32Array },
): void {
  const start = row * width * 3;
  for (let x = 0, at = 0; x < near.length; x++) {
    const [left, right] = [start + near[x] * 3, start + far[x] * 3];
    for (let channel = 0; channel < 3; channel++, at++) {
      to[at] = data[left + channel] * nearWeight[x] + data[right + channel] * farWeight[x];
    }
  }
}

function halved({ data, width, height }: Image): Image {
  const half = new Uint8Array(data.length / 4);
  for (let y = 0, at = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const above = (y * width + x) * 3;
      const below = above + width * 3;
      for (let channel = 0; channel < 3; channel++, at++) {
        const [a, b] = [above + channel, below + channel];
        half[at] = (data[a] + data[a + 3] + data[b] + data[b + 3] + 2) >> 2;
      }
    }
  }
  return { data: half, width: width / 2, height: height / 2 };
}

function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
