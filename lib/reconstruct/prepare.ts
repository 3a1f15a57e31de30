/** Images on their way into a pipeline and out of it again. */
import { cropImage } from "../image/crop.ts";
import type { Image } from "../image/decode.ts";
import { type Border, extendToMultiple } from "../image/extend.ts";
import type { Values } from "./values.ts";

/** Height and width in pixels. */
export interface Sides {
  readonly width: number;
  readonly height: number;
}

/** How an image comes to have sides that a pipeline takes. */
export interface Fitting {
  /** Longer sides are cut to so many pixels, the middle of them kept; null: none is. */
  readonly largest: number | null;
  /** What stands to the right and below, up to a multiple of 8. */
  readonly border: Border;
}

/** What the sides of what networks see are a multiple of, whatever the pipeline. */
const LEAST = 8;

/**
 * What is done to an image before it is inpainted.
 *
 * Source: DRCT, reference code (`data/diffusion_rec.py`): the middle 1024 pixels of a longer side, then black to the
 * right and below up to a multiple of 8, and afterwards the cut to the size before it. Nothing is resized: an image of
 * more than 1024 pixels comes back as the middle of it.
 */
export const drctFitting: Fitting = { largest: 1024, border: "black" };

/** The same for methods that come from no code for images of any size: a side is mirrored at its end. */
export const plainFitting: Fitting = { ...drctFitting, border: "symmetric" };

/** The sides of what comes back for an image. */
export function resultSides({ width, height }: Sides, { largest }: Fitting): Sides {
  const cut = (side: number) => Math.min(side, largest ?? side);
  return { width: cut(width), height: cut(height) };
}

/**
 * The sides of what the networks see of an image; images for which they are alike can stand in one batch.
 *
 * @param multiple what the networks take, pixels, a multiple of 8
 */
export function canvasSides(image: Sides, fitting: Fitting, multiple: number): Sides {
  const { width, height } = resultSides(image, fitting);
  const whole = (side: number) => Math.ceil(side / multiple) * multiple;
  return { width: whole(width), height: whole(height) };
}

/** The part of an image that its result shows: the middle of it, or the image itself. */
export function cutImage(image: Image, fitting: Fitting): Image {
  const { width, height } = resultSides(image, fitting);
  if (width === image.width && height === image.height) return image;
  const [x, y] = [Math.floor((image.width - width) / 2), Math.floor((image.height - height) / 2)];
  return cropImage(image, { x, y, width, height });
}

/**
 * An image as the networks see it: cut, and extended to {@linkcode canvasSides}. Where they take multiples of more than
 * 8 pixels, it goes on as its own mirror image, so that no edge stands where the reference has none.
 */
export function fitImage(image: Image, fitting: Fitting, multiple: number): Image {
  const least = extendToMultiple(cutImage(image, fitting), { of: LEAST, border: fitting.border });
  return extendToMultiple(least, { of: multiple, border: "symmetric" });
}

/** The value of each of 256 levels, −1…1, rounded as NumPy and PyTorch do in float32. */
const valueOf = Float32Array.from({ length: 256 }, (_, level) => 2 * Math.fround(level / 255) - 1);

/**
 * Images as a pipeline takes them: [N, 3, H, W], values −1…1.
 *
 * @throws {RangeError} when they are not all of one size
 */
export function valuesOfImages(images: readonly Image[]): Values {
  const [{ width, height }] = images;
  const area = width * height;
  const data = new Float32Array(images.length * 3 * area);
  for (const [n, image] of images.entries()) {
    if (image.width !== width || image.height !== height) {
      throw new RangeError(
        `Cannot put ${image.width} × ${image.height} pixels into a batch of ${width} × ${height}: ` +
          "expected images of one size. Group them by what canvasSides() says",
      );
    }
    const red = n * 3 * area, green = red + area, blue = green + area;
    for (let i = 0, at = 0; i < area; i++, at += 3) {
      data[red + i] = valueOf[image.data[at]];
      data[green + i] = valueOf[image.data[at + 1]];
      data[blue + i] = valueOf[image.data[at + 2]];
    }
  }
  return { data, shape: [images.length, 3, height, width] };
}

/** How a value between two levels becomes one: the nearest, or the one below. */
export type Rounding = "nearest" | "down";

/** All of them, to choose from. */
export const roundings: readonly Rounding[] = ["nearest", "down"];

/**
 * Images of what a pipeline gave, each cut to its size from the top left corner; what is beyond −1…1 is held there.
 *
 * @param values [N, 3, H, W]
 * @param sides of each image, at most W and H
 */
export function imagesOfValues(
  { data, shape }: Values,
  sides: readonly Sides[],
  rounding: Rounding = "nearest",
): Image[] {
  const [, , rows, columns] = shape;
  const area = rows * columns;
  // halves go to the even level, as NumPy's rint has it
  const level = rounding === "nearest" ? (value: number) => value : Math.floor;
  return sides.map(({ width, height }, n) => {
    const pixels = new Uint8ClampedArray(width * height * 3);
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < height; y++) {
        let from = (n * 3 + c) * area + y * columns;
        let to = y * width * 3 + c;
        for (let x = 0; x < width; x++, to += 3) {
          pixels[to] = level(Math.fround(Math.fround(data[from++] * 0.5 + 0.5) * 255));
        }
      }
    }
    return { data: new Uint8Array(pixels.buffer), width, height };
  });
}
