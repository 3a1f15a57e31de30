import { checkChoice, checkInterval, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { decodeImage, type Image } from "../image/decode.ts";
import { encodeImage } from "../image/encode.ts";
import { jpegRoundTrip } from "../image/jpeg_round_trip.ts";
import type { Random } from "../random.ts";
import { type Change, localChange, type Size, wholeChange } from "./change.ts";

/**
 * A round trip through JPEG, colour at half the resolution, or WebP. The pixels are those that Pillow's and OpenCV's
 * encoders give with their defaults: at every quality tried the two agree with one another and with this one in every
 * pixel (libjpeg-turbo and libwebp stand behind all three), so a recipe that draws between them needs one of them.
 */
export interface Compress extends Part<"compress"> {
  /** Lowest and highest quality, whole numbers 1…100, drawn uniformly. */
  readonly quality: readonly [number, number];
  /** Formats to choose from, all equally likely; one may stand more than once. Null: JPEG. */
  readonly formats: readonly CompressFormat[] | null;
  /**
   * "bgr": the encoder takes red for blue and blue for red, so that luma is made from the wrong weights. That is what
   * albumentations up to 1.3 does with RGB images, and DRCT and LaRE² were trained with. Null: the channels' own order.
   */
  readonly order: "bgr" | null;
  /** Probability, 0…1. */
  readonly p: number;
}

/** What an image may be compressed to. */
export type CompressFormat = "jpeg" | "webp";

/** Makes a {@linkcode Compress} part. */
export const compress: Maker<Compress, "quality"> = part("compress", { formats: null, order: null, p: 0.5 }, {
  required: ["quality"],
  check: ({ quality, formats, order, p }) => {
    checkInterval("compress.quality", quality, { from: 1, to: 100, integer: true });
    if (formats !== null) checkFormats(formats);
    if (order !== null) checkChoice("compress.order", order, ["bgr"]);
    checkNumber("compress.p", p, { from: 0, to: 1 });
  },
});

function checkFormats(formats: unknown): void {
  if (!Array.isArray(formats) || formats.length === 0) {
    throw new RangeError(
      `Cannot define compress.formats: given ${JSON.stringify(formats)}, expected a list of formats`,
    );
  }
  for (const [i, format] of formats.entries()) checkChoice(`compress.formats[${i}]`, format, ["jpeg", "webp"]);
}

/** The round trip, or null where there is none; draws two numbers, and where formats are given another. */
export function planCompress(spec: Compress, size: Size, draw: Random): Change | null {
  const { quality: [low, high], formats, order, p } = spec;
  const idle = draw.uniform() >= p;
  const quality = low + draw.integer(high - low + 1);
  const format = formats === null ? "jpeg" : formats[draw.integer(formats.length)];
  if (idle) return null;
  const change = (image: Image) => roundTrip(image, { format, quality, order });
  // blocks of 16 pixels with their colour know nothing of one another but for the smoothing of colour, two pixels on
  return format === "jpeg" ? localChange(size, { reach: 2, grid: 16, change }) : wholeChange(size, size, change);
}

async function roundTrip(
  image: Image,
  { format, quality, order }: { format: CompressFormat; quality: number; order: "bgr" | null },
): Promise<Image> {
  const exchanged = order === "bgr";
  if (format === "jpeg") return await jpegRoundTrip(image, { quality, exchanged });
  const given = exchanged ? { ...image, data: image.data.slice() } : image;
  if (exchanged) exchange(given);
  const back = await decodeImage(await encodeImage(given, { format, quality }));
  if (exchanged) exchange(back);
  return back;
}

/** Exchanges red and blue in place. */
function exchange({ data }: Image): void {
  for (let i = 0; i < data.length; i += 3) {
    const red = data[i];
    data[i] = data[i + 2];
    data[i + 2] = red;
  }
}
