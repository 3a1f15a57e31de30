import { checkInterval, checkNumber } from "../definition/check.ts";
import { type Part, part } from "../definition/part.ts";
import { decodeImage, type Image } from "../image/decode.ts";
import { encodeImage } from "../image/encode.ts";
import type { Random } from "../random.ts";

/** JPEG compression, colour at half the resolution. */
export interface Compress extends Part<"compress"> {
  /** Lowest and highest quality, whole numbers 1…100, drawn uniformly. */
  readonly quality: readonly [number, number];
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode Compress} part. */
export const compress = part<Compress, "quality">("compress", { p: 0.5 }, {
  required: ["quality"],
  check: ({ quality, p }) => {
    checkInterval("compress.quality", quality, { from: 1, to: 100, integer: true });
    checkNumber("compress.p", p, { from: 0, to: 1 });
  },
});

/** The image after a round trip through JPEG, or the image itself; draws two numbers either way. */
export async function compressImage({ quality: [low, high], p }: Compress, image: Image, draw: Random): Promise<Image> {
  const idle = draw.uniform() >= p;
  const quality = low + draw.integer(high - low + 1);
  return idle ? image : await decodeImage(await encodeImage(image, { format: "jpeg", quality }));
}
