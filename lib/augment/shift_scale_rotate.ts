import { checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";

/** Shifted, scaled and turned around the middle at once, the canvas staying; what was outside is black. */
export interface ShiftScaleRotate extends Part<"shiftScaleRotate"> {
  /** Largest shift either way, share of the side, 0…1. */
  readonly shift: number;
  /** Largest change of the factor 1 either way, 0 ≤ scale < 1. */
  readonly scale: number;
  /** Largest turn either way, degrees, 0…180. */
  readonly angle: number;
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode ShiftScaleRotate} part; the defaults are DRCT's. */
export const shiftScaleRotate: Maker<ShiftScaleRotate> = part(
  "shiftScaleRotate",
  { shift: 0.1, scale: 0.2, angle: 10, p: 0.5 },
  {
    check: ({ shift, scale, angle, p }) => {
      checkNumber("shiftScaleRotate.shift", shift, { from: 0, to: 1 });
      checkNumber("shiftScaleRotate.scale", scale, { from: 0, below: 1 });
      checkNumber("shiftScaleRotate.angle", angle, { from: 0, to: 180 });
      checkNumber("shiftScaleRotate.p", p, { from: 0, to: 1 });
    },
  },
);

/** The moved image, or the image itself; draws five numbers. */
export function shiftScaleRotateImage(spec: ShiftScaleRotate, image: Image, draw: Random): Image {
  const idle = draw.uniform() >= spec.p;
  const [angle, scale, right, down] = [spec.angle, spec.scale, spec.shift, spec.shift].map((most) =>
    most * (2 * draw.uniform() - 1)
  );
  return idle ? image : moveImage(image, { angle, scale: 1 + scale, right, down });
}

/**
 * An image turned against the clock and scaled around its middle, then shifted; bilinear in steps of 1 / 32 pixel, as
 * OpenCV's `warpAffine` under albumentations' `ShiftScaleRotate`.
 *
 * @param move angle in degrees, shifts as shares of the sides
 */
export function moveImage(
  { data, width, height }: Image,
  { angle, scale, right, down }: { angle: number; scale: number; right: number; down: number },
): Image {
  const radians = angle * Math.PI / 180;
  // the way back, from a place of the new image to one of the old; ten bits behind the point
  const [cos, sin] = [Math.cos(radians) / scale, Math.sin(radians) / scale];
  const [middleX, middleY] = [width / 2 - 0.5, height / 2 - 0.5];
  const [fromX, fromY] = [middleX + right * width, middleY + down * height];
  const fixed = (x: number) => Math.round(x * 1024);
  const alongX = Int32Array.from({ length: width }, (_, x) => fixed(cos * x));
  const alongY = Int32Array.from({ length: width }, (_, x) => fixed(sin * x));
  const to = new Uint8Array(data.length);
  for (let y = 0, at = 0; y < height; y++) {
    const startX = fixed(middleX - cos * fromX + sin * fromY - sin * y) + 16;
    const startY = fixed(middleY - sin * fromX - cos * fromY + cos * y) + 16;
    for (let x = 0; x < width; x++, at += 3) {
      const placeX = (startX + alongX[x]) >> 5;
      const placeY = (startY + alongY[x]) >> 5;
      const left = placeX >> 5;
      const top = placeY >> 5;
      if (left < -1 || top < -1 || left >= width || top >= height) continue;
      const shareX = placeX & 31;
      const shareY = placeY & 31;
      // a corner that is outside adds nothing
      const hasLeft = left >= 0, hasRight = left < width - 1, hasTop = top >= 0, hasBottom = top < height - 1;
      const nearNear = hasLeft && hasTop ? (32 - shareX) * (32 - shareY) : 0;
      const farNear = hasRight && hasTop ? shareX * (32 - shareY) : 0;
      const nearFar = hasLeft && hasBottom ? (32 - shareX) * shareY : 0;
      const farFar = hasRight && hasBottom ? shareX * shareY : 0;
      const a = ((hasTop ? top : 0) * width + (hasLeft ? left : 0)) * 3;
      const b = ((hasTop ? top : 0) * width + (hasRight ? left + 1 : 0)) * 3;
      const c = ((hasBottom ? top + 1 : 0) * width + (hasLeft ? left : 0)) * 3;
      const d = ((hasBottom ? top + 1 : 0) * width + (hasRight ? left + 1 : 0)) * 3;
      for (let k = 0; k < 3; k++) {
        const sum = nearNear * data[a + k] + farNear * data[b + k] + nearFar * data[c + k] + farFar * data[d + k];
        to[at + k] = (sum + 512) >> 10;
      }
    }
  }
  return { data: to, width, height };
}
