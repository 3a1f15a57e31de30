import sharp, { type Sharp } from "sharp";
import type { Image } from "./decode.ts";

/** How pixels become bytes. */
export type Encoding =
  | {
    readonly format: "jpeg";
    readonly quality: number;
    /** Whether colour is stored at half the resolution, as cameras and Pillow do by default. */
    readonly subsample?: boolean;
    /** Whether Huffman tables are made for the image. Without, the pixels are the same, in half the time. Default true. */
    readonly optimise?: boolean;
  }
  | {
    readonly format: "jpeg" | "webp";
    /** 1…100, as libjpeg and libwebp have it. */
    readonly quality: number;
  }
  | {
    readonly format: "webp";
    readonly lossless: true;
    /** 0…6, how long to look for a smaller file. Default 6. */
    readonly effort?: number;
  }
  | { readonly format: "png" };

/**
 * The bytes of an image file: the same pixels and encoding give the same bytes. No metadata is written.
 *
 * @throws {RangeError} when the quality is not a whole number from 1 to 100, or the effort none from 0 to 6
 * @throws {TypeError} when `data` does not hold width · height · 3 values
 */
export async function encodeImage(image: Image, encoding: Encoding): Promise<Uint8Array> {
  const { data, width, height } = image;
  if (data.length !== width * height * 3) {
    throw new TypeError(
      `Cannot encode ${data.length} values as ${width} × ${height} pixels: expected ${width * height * 3}`,
    );
  }
  if ("quality" in encoding) checkQuality(encoding);
  if ("effort" in encoding) checkEffort(encoding.effort);
  const pixels = sharp(data, { raw: { width, height, channels: 3 } });
  const bytes = await encoded(pixels, encoding).toBuffer();
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function encoded(pixels: Sharp, encoding: Encoding): Sharp {
  switch (encoding.format) {
    case "jpeg": {
      const chromaSubsampling = "subsample" in encoding && encoding.subsample === false ? "4:4:4" : "4:2:0";
      const optimiseCoding = !("optimise" in encoding && encoding.optimise === false);
      return pixels.jpeg({ quality: encoding.quality, chromaSubsampling, optimiseCoding });
    }
    case "webp":
      return "lossless" in encoding
        ? pixels.webp({ lossless: true, exact: true, effort: encoding.effort ?? 6 })
        : pixels.webp({ quality: encoding.quality });
    case "png":
      return pixels.png({ compressionLevel: 9 });
  }
}

/**
 * Refuses what is no quality.
 *
 * @throws {RangeError}
 */
export function checkQuality({ format, quality }: { format: string; quality: number }): void {
  if (!Number.isInteger(quality) || quality < 1 || quality > 100) {
    throw new RangeError(`Cannot encode as ${format} at quality ${quality}: expected a whole number from 1 to 100`);
  }
}

function checkEffort(effort = 6): void {
  if (!Number.isInteger(effort) || effort < 0 || effort > 6) {
    throw new RangeError(`Cannot encode as webp with effort ${effort}: expected a whole number from 0 to 6`);
  }
}
