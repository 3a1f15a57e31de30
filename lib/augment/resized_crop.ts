import { checkInterval, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { cropImage } from "../image/crop.ts";
import type { Image, Rectangle } from "../image/decode.ts";
import { resizeLikePillow } from "../image/pillow_resize.ts";
import type { Random } from "../random.ts";

/** A rectangle of drawn area and shape, resized to a square by Pillow's bilinear filter: `RandomResizedCrop`. */
export interface ResizedCrop extends Part<"resizedCrop"> {
  /** Side of the square, pixels. */
  readonly size: number;
  /** Smallest and largest share of the image's area, 0 < share ≤ 1, drawn uniformly. */
  readonly scale: readonly [number, number];
  /** Smallest and largest width over height, > 0; the logarithm is drawn uniformly. */
  readonly ratio: readonly [number, number];
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode ResizedCrop} part; shapes and areas are torchvision's defaults. */
export const resizedCrop: Maker<ResizedCrop, "size"> = part(
  "resizedCrop",
  { scale: [0.08, 1], ratio: [3 / 4, 4 / 3], p: 0.2 },
  {
    required: ["size"],
    check: ({ size, scale, ratio, p }) => {
      checkNumber("resizedCrop.size", size, { from: 1, integer: true });
      checkInterval("resizedCrop.scale", scale, { above: 0, to: 1 });
      checkInterval("resizedCrop.ratio", ratio, { above: 0 });
      checkNumber("resizedCrop.p", p, { from: 0, to: 1 });
    },
  },
);

/** Shapes that are tried before the middle of the image is taken. */
const TRIES = 10;

/** The resized rectangle, or the image itself; draws 23 numbers. */
export function resizedCropImage(spec: ResizedCrop, image: Image, draw: Random): Image {
  const idle = draw.uniform() >= spec.p;
  const place = placeOf(spec, image, draw);
  if (idle) return image;
  const [width, height] = [spec.size, spec.size];
  return resizeLikePillow(cropImage(image, place), { width, height, filter: "bilinear" });
}

/** The first drawn rectangle that fits, or the largest one of an allowed shape in the middle; draws 22 numbers. */
function placeOf({ scale, ratio }: ResizedCrop, { width: w, height: h }: Image, draw: Random): Rectangle {
  const between = ([low, high]: readonly number[], share: number) => low + (high - low) * share;
  const logarithms = ratio.map(Math.log);
  const tried = Array.from({ length: TRIES }, () => {
    const area = w * h * between(scale, draw.uniform());
    const shape = Math.exp(between(logarithms, draw.uniform()));
    return { width: Math.round(Math.sqrt(area * shape)), height: Math.round(Math.sqrt(area / shape)) };
  });
  const [u, v] = [draw.uniform(), draw.uniform()];
  const fit = tried.find(({ width, height }) => width >= 1 && height >= 1 && width <= w && height <= h);
  if (fit !== undefined) {
    return { x: Math.floor(u * (w - fit.width + 1)), y: Math.floor(v * (h - fit.height + 1)), ...fit };
  }
  const shape = Math.min(ratio[1], Math.max(ratio[0], w / h));
  const width = Math.max(1, Math.min(w, Math.round(h * shape)));
  const height = Math.max(1, Math.min(h, Math.round(w / shape)));
  return { x: (w - width) >> 1, y: (h - height) >> 1, width, height };
}
