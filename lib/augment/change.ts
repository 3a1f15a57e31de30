import { cropImage } from "../image/crop.ts";
import type { Image, OpenImage, Rectangle } from "../image/decode.ts";

/** Sides in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * A change of an image whose numbers are drawn and that is not made yet: of what it makes only the part that is seen in
 * the end has to be made, and only from the pixels that this part comes from.
 */
export interface Change extends Size {
  /** The rectangle of the image before from which a rectangle of the changed image is made. */
  needs(part: Rectangle): Rectangle;
  /** That rectangle of the changed image, from the pixels it needs; the same values as if all of it were made. */
  make(from: Image, part: Rectangle): Image | Promise<Image>;
}

/** All of an image. */
export function whole({ width, height }: Size): Rectangle {
  return { x: 0, y: 0, width, height };
}

/** A rectangle of an image; the image itself where that is all of it. */
export function partOfImage(image: Image, part: Rectangle): Image {
  return part.width === image.width && part.height === image.height ? image : cropImage(image, part);
}

/** A change of each pixel by what stands around it, which leaves the size as it is. */
export function localChange(
  size: Size,
  { reach, grid = 1, change }: {
    /** How many pixels away what it sees may lie. */
    readonly reach: number;
    /** Pixels from one place to the next at which what is given to it may begin and end. */
    readonly grid?: number;
    readonly change: (image: Image) => Image | Promise<Image>;
  },
): Change {
  const span = (at: number, length: number, side: number): [from: number, length: number] => {
    const from = Math.max(0, Math.floor((at - reach) / grid) * grid);
    return [from, Math.min(side, Math.ceil((at + length + reach) / grid) * grid) - from];
  };
  const needs = (part: Rectangle): Rectangle => {
    const [x, width] = span(part.x, part.width, size.width);
    const [y, height] = span(part.y, part.height, size.height);
    return { x, y, width, height };
  };
  return {
    width: size.width,
    height: size.height,
    needs,
    async make(from, part) {
      const { x, y } = needs(part);
      return partOfImage(await change(from), { ...part, x: part.x - x, y: part.y - y });
    },
  };
}

/** A change that needs all of the image. */
export function wholeChange(
  before: Size,
  after: Size,
  change: (image: Image) => Image | Promise<Image>,
): Change {
  return {
    width: after.width,
    height: after.height,
    needs: () => whole(before),
    make: async (from, part) => partOfImage(await change(from), part),
  };
}

/** An image after some changes, each made of no more of it than the last one shows. */
export async function makeChanges(image: Image | OpenImage, changes: readonly Change[]): Promise<Image> {
  if (changes.length === 0) return "data" in image ? image : await image.pixels();
  const parts: Rectangle[] = [];
  let needed = whole(changes[changes.length - 1]);
  for (const change of changes.toReversed()) {
    parts.unshift(needed);
    needed = change.needs(needed);
  }
  let made = "data" in image ? partOfImage(image, needed) : await image.pixels(needed);
  for (const [i, change] of changes.entries()) made = await change.make(made, parts[i]);
  return made;
}
