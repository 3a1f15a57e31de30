import sharp, { type Sharp, type SharpOptions } from "sharp";
import { rgbOfCmyk } from "./cmyk.ts";
import type { Image } from "./decode.ts";
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

/**
 * The pixels of an image file; see {@linkcode decodeImage}.
 *
 * @param name of the bytes, for errors
 * @throws {UnreadableImage}
 */
export async function pixelsOf(bytes: Uint8Array, name: string, limits: ImageLimits): Promise<Image> {
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
  try {
    if (format === "gif") return decodeGif(bytes, limits.pixels);
    return await decode(format === "avif" ? stillAvif(bytes) : bytes, header, limits);
  } catch (error) {
    const reason = (error as Error).message.trim().split("\n")[0];
    throw refuse(reason === "Unknown error" ? "damaged pixels" : reason, error); // sharp's words for what says nothing
  }
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

async function decode(bytes: Uint8Array, { format, channels }: ImageHeader, limits: ImageLimits): Promise<Image> {
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
