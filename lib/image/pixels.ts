import sharp, { type Sharp, type SharpOptions } from "sharp";
import { rgbOfCmyk } from "./cmyk.ts";
import { cropImage } from "./crop.ts";
import type { Image, Rectangle } from "./decode.ts";
import { decodeGif } from "./gif.ts";
import { type ImageHeader, readHeader } from "./header.ts";
import { formatOf, otherKind } from "./headers/kinds.ts";
import type { ImageLimits } from "./limits.ts";

/**
 * What stands in the place of an image is none, or not a whole one, or larger than is allowed. A file that is not there
 * at all is a `Deno.errors.NotFound`.
 */
export class UnreadableImage extends TypeError {
  override readonly name = "UnreadableImage";
}

/** Why there are no pixels, in a few words. */
type Refuse = (reason: string, cause?: unknown) => UnreadableImage;

/** An image of which a rectangle may be had without the rest. */
export interface OpenImage {
  /** Sides in pixels, upright. */
  readonly width: number;
  readonly height: number;
  /**
   * The pixels of a rectangle that lies inside; of the caller's own. Left out: all of them.
   *
   * @throws {UnreadableImage}
   */
  pixels(part?: Rectangle): Promise<Image>;
}

/**
 * The header of an image file, and what makes its pixels; see {@linkcode openImage}.
 *
 * @param name of the bytes, for errors
 * @throws {UnreadableImage} when the bytes are not the beginning of an image, or it is larger than the limits
 */
export async function opened(bytes: Uint8Array, name: string, limits: ImageLimits): Promise<OpenImage> {
  const refuse: Refuse = (reason, cause) =>
    new UnreadableImage(
      `Cannot decode ${name} (${reason}): expected a whole image in JPEG, PNG, WebP, GIF, TIFF or AVIF`,
      { cause },
    );
  checkBytes(bytes.length, name, limits);
  const header = headerOf(bytes, refuse);
  const { format, width, height } = header;
  if (width * height > limits.pixels) {
    throw new UnreadableImage(
      `Cannot decode ${name}: it has ${width} × ${height} pixels, expected at most ${limits.pixels} in all; ` +
        "shrink it, or leave it out",
    );
  }
  const pixels = async (part: Rectangle | null): Promise<Image> => {
    try {
      if (format === "gif") return decodeGif(bytes, limits.pixels);
      return await decode(format === "avif" ? stillAvif(bytes) : bytes, { header, limits, part });
    } catch (error) {
      const reason = (error as Error).message.trim().split("\n")[0];
      throw refuse(reason === "Unknown error" ? "damaged pixels" : reason, error); // sharp's words for what says nothing
    }
  };
  if (inLines(bytes, header)) return { width, height, pixels: (part) => pixels(part ?? null) };
  const whole = await pixels(null);
  return wholeImage(whole);
}

/** An image that is decoded already. */
export function wholeImage(image: Image): OpenImage {
  const { width, height } = image;
  return {
    width,
    height,
    pixels: (part) => Promise.resolve(part === undefined ? image : cropImage(image, part)),
  };
}

/**
 * Whether the lines of an image can be had without those below, and what would be found wrong with these is known all
 * the same: a JPEG file in one scan that comes to its end. What libjpeg refuses in pixels is that they end too early.
 */
function inLines(bytes: Uint8Array, { format, channels, progressive, orientation }: ImageHeader): boolean {
  const ends = bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9;
  return format === "jpeg" && channels <= 3 && !progressive && orientation === 1 && ends;
}

/**
 * Refuses a file by its size alone.
 *
 * @throws {UnreadableImage}
 */
export function checkBytes(bytes: number, name: string, limits: ImageLimits): void {
  if (bytes <= limits.bytes) return;
  throw new UnreadableImage(
    `Cannot decode ${name}: it has ${bytes} bytes, expected at most ${limits.bytes}; leave it out`,
  );
}

function headerOf(bytes: Uint8Array, refuse: Refuse): ImageHeader {
  const start = String.fromCharCode(...bytes.subarray(0, 64));
  const format = formatOf(start);
  if (format === null) throw refuse(otherKind(start));
  // nothing that sharp might take for a drawing or a document comes as far as sharp
  if (format === "bmp") throw refuse("BMP");
  try {
    return readHeader(bytes);
  } catch (error) {
    throw refuse(`${format} data, damaged or cut off inside the header`, error);
  }
}

async function decode(
  bytes: Uint8Array,
  { header: { format, channels }, limits, part }: {
    readonly header: ImageHeader;
    readonly limits: ImageLimits;
    readonly part: Rectangle | null;
  },
): Promise<Image> {
  const options: SharpOptions = {
    failOn: "error", // as Pillow: what libjpeg only warns of is let through
    ignoreIcc: true,
    autoOrient: true,
    sequentialRead: true,
    limitInputPixels: limits.pixels,
  };
  const open = (): Sharp => sharp(bytes, options);
  // four channels of TIFF may be red, green, blue and alpha as well
  const inks = channels >= 4 && (format === "jpeg" || format === "tiff" && (await open().metadata()).space === "cmyk");
  const converted = inks
    ? open().pipelineColourspace("cmyk").toColourspace("cmyk")
    : open().toColourspace("srgb").removeAlpha();
  if (part !== null) converted.extract({ left: part.x, top: part.y, width: part.width, height: part.height });
  const { data, info } = await converted.raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const values = new Uint8Array(data.buffer, data.byteOffset, data.length);
  if (values.length !== width * height * (inks ? 4 : 3)) throw new Error(`${info.channels} channels`);
  return { data: inks ? rgbOfCmyk(values) : values, width, height };
}

/** An AVIF file whose first brand is "avis", a film, also holds a picture: the one that libvips reads under "avif". */
function stillAvif(bytes: Uint8Array): Uint8Array {
  const brand = 8;
  if (String.fromCharCode(...bytes.subarray(brand, brand + 4)) !== "avis") return bytes;
  const still = bytes.slice();
  still[brand + 3] = "f".charCodeAt(0);
  return still;
}
