import sharp from "sharp";
import type { Image } from "./decode.ts";

/** Filters of a change of size; "lanczos" has three lobes, as Pillow's. */
export type ResizeFilter = "lanczos" | "cubic" | "linear" | "nearest";

const kernels = { lanczos: "lanczos3", cubic: "cubic", linear: "linear", nearest: "nearest" } as const;

/**
 * An image at another size, stretched where the sides change by unlike factors. Shrinking widens the
 * filter, so that nothing aliases.
 *
 * @returns pixels that the caller owns
 * @throws {RangeError} when a side is not a whole number of pixels ≥ 1
 */
export async function resizeImage(
  image: Image,
  { width, height, filter = "lanczos" }: { width: number; height: number; filter?: ResizeFilter },
): Promise<Image> {
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 1) {
      throw new RangeError(`Cannot resize to ${width} × ${height}: expected whole numbers of pixels from 1`);
    }
  }
  const raw = { width: image.width, height: image.height, channels: 3 } as const;
  const resized = await sharp(image.data, { raw })
    .resize(width, height, { fit: "fill", kernel: kernels[filter] }).raw().toBuffer();
  return { data: new Uint8Array(resized.buffer, resized.byteOffset, resized.length), width, height };
}

/**
 * An image whose shorter side has `size` pixels and whose sides keep their proportion.
 *
 * @throws {RangeError} when `size` is not a whole number ≥ 1
 */
export async function resizeShortSide(
  image: Image,
  size: number,
  options: { filter?: ResizeFilter } = {},
): Promise<Image> {
  const scale = size / Math.min(image.width, image.height);
  const side = (length: number) => Math.max(size, Math.round(length * scale));
  return await resizeImage(image, { width: side(image.width), height: side(image.height), ...options });
}
