import type { Image, Rectangle } from "./decode.ts";

/**
 * A rectangle cut out of an image.
 *
 * @returns pixels that the caller owns
 * @throws {RangeError} when the rectangle is not inside the image
 */
export function cropImage(image: Image, { x, y, width, height }: Rectangle): Image {
  const whole = [x, y, width, height].every(Number.isInteger);
  if (!whole || x < 0 || y < 0 || width < 1 || height < 1 || x + width > image.width || y + height > image.height) {
    throw new RangeError(
      `Cannot crop to "${x},${y},${width},${height}": ` +
        `expected a rectangle inside the image of ${image.width} × ${image.height} pixels`,
    );
  }
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * image.width + x) * 3;
    data.set(image.data.subarray(from, from + width * 3), row * width * 3);
  }
  return { data, width, height };
}
