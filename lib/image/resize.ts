import sharp from "sharp";
import type { Image } from "./decode.ts";
import { resizeLikeOpenCv } from "./opencv_resize.ts";
import { type PillowFilter, resizeLikePillow } from "./pillow_resize.ts";
import { checkSides } from "./sides.ts";

const kernels = { lanczos: "lanczos3", cubic: "cubic", linear: "linear", nearest: "nearest" } as const;

/**
 * Filters of a change of size. Those without a prefix are sharp's, and fast; they equal none of Pillow's or OpenCV's: on
 * noise that shrinks to half or more "linear" is off Pillow's bilinear by up to 17 levels of 255, "cubic" off its
 * bicubic by 10, "lanczos" off its Lanczos by 13, at other factors by more. Whoever rebuilds what a published detector
 * saw takes a filter with a prefix, which gives Pillow's or OpenCV's very pixels.
 */
export type ResizeFilter = keyof typeof kernels | `pillow-${PillowFilter}` | "opencv-linear";

/**
 * An image at another size, stretched where the sides change by unlike factors. Shrinking widens the
 * filter, so that nothing aliases, but for "nearest" and "opencv-linear".
 *
 * @returns pixels that the caller owns
 * @throws {RangeError} when a side is not a whole number of pixels ≥ 1
 */
export async function resizeImage(
  image: Image,
  { width, height, filter = "lanczos" }: { width: number; height: number; filter?: ResizeFilter },
): Promise<Image> {
  if (filter === "opencv-linear") return resizeLikeOpenCv(image, { width, height });
  if (isPillows(filter)) return resizeLikePillow(image, { width, height, filter: pillowName(filter) });
  checkSides(width, height);
  const raw = { width: image.width, height: image.height, channels: 3 } as const;
  const resized = await sharp(image.data, { raw })
    .resize(width, height, { fit: "fill", kernel: kernels[filter] }).raw().toBuffer();
  return { data: new Uint8Array(resized.buffer, resized.byteOffset, resized.length), width, height };
}

function isPillows(filter: ResizeFilter): filter is `pillow-${PillowFilter}` {
  return filter.startsWith("pillow-");
}

function pillowName(filter: `pillow-${PillowFilter}`): PillowFilter {
  return filter.slice("pillow-".length) as PillowFilter;
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
