import type { Image } from "./decode.ts";

/** What stands beyond the border: black, the image mirrored without its edge pixel, or with it. */
export type Border = "black" | "reflect" | "symmetric";

/**
 * An image on a larger or smaller canvas.
 *
 * @param to sides of the canvas, and where the image's top left corner comes to lie on it; negative places cut
 * @returns pixels that the caller owns
 */
export function placeOnCanvas(
  image: Image,
  { x, y, width, height, border }: { x: number; y: number; width: number; height: number; border: Border },
): Image {
  const data = new Uint8Array(width * height * 3);
  const columns = Int32Array.from({ length: width }, (_, i) => sourceOf(i - x, image.width, border));
  for (let row = 0; row < height; row++) {
    const from = sourceOf(row - y, image.height, border);
    if (from < 0) continue;
    for (let column = 0; column < width; column++) {
      if (columns[column] < 0) continue;
      const source = (from * image.width + columns[column]) * 3;
      const to = (row * width + column) * 3;
      data[to] = image.data[source];
      data[to + 1] = image.data[source + 1];
      data[to + 2] = image.data[source + 2];
    }
  }
  return { data, width, height };
}

/**
 * An image with sides that are multiples of a number, as convolutional autoencoders want them: extended to the right
 * and below.
 */
export function extendToMultiple(image: Image, { of, border }: { of: number; border: Border }): Image {
  const whole = (side: number) => Math.ceil(side / of) * of;
  const [width, height] = [whole(image.width), whole(image.height)];
  if (width === image.width && height === image.height) return image;
  return placeOnCanvas(image, { x: 0, y: 0, width, height, border });
}

/** The place inside 0…count−1 whose pixel stands at a place that may lie outside; −1: none, black. */
export function sourceOf(i: number, count: number, border: Border): number {
  if (i >= 0 && i < count) return i;
  if (border === "black") return -1;
  if (count === 1) return 0;
  const period = border === "reflect" ? 2 * (count - 1) : 2 * count;
  const wrapped = ((i % period) + period) % period;
  return wrapped < count ? wrapped : (border === "reflect" ? period : period - 1) - wrapped;
}
