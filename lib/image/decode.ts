import { cropImage } from "./crop.ts";
import { type ImageLimits, imageLimits } from "./limits.ts";
import { checkBytes, opened, type OpenImage, UnreadableImage, wholeImage } from "./pixels.ts";

export { type OpenImage, UnreadableImage, wholeImage };

/** Pixels in memory: 8 bits, RGB. */
export interface Image {
  /** height · width · 3 values 0…255, row by row, red green blue. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A rectangle of pixels; x to the right, y downwards, from the top left corner. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Memory that decoded sheets may keep, in bytes; the sheet unused for longest goes first. */
const sheetBudget = 256 * 2 ** 20;

interface Sheet {
  readonly stamp: string;
  readonly image: Promise<Image>;
  bytes: number;
}

const sheets = new Map<string, Sheet>();

/**
 * The pixels of an image file, upright, as Pillow's `ImageOps.exif_transpose(image).convert("RGB")` gives them: turned as
 * EXIF says, alpha dropped with the colour beneath it kept, no colour profile applied, inks (CMYK) as the light that they
 * leave, of an animation the first frame, of 16 bits the higher 8. Two things are other than in Pillow: grey of 16 bits,
 * of which Pillow keeps what is below 256 and makes the rest white, and a turn that stands in XMP and not in EXIF, which
 * is not made. The name of a file says nothing: a PNG that is called `.jpg` is a PNG.
 *
 * A path may end in the W3C media fragment `#xywh=x,y,w,h`, which names a rectangle in pixels of the upright image; the
 * decoded whole is then kept for the next rectangle, see {@linkcode forgetSheets}.
 *
 * @param from a path, or the bytes of a file
 * @param limits how large it may be, where not as {@linkcode imageLimits} has it
 * @returns pixels that the caller owns
 * @throws {Deno.errors.NotFound} when there is no such file
 * @throws {UnreadableImage} when it is not a whole image, or larger than the limits
 * @throws {RangeError} when the fragment is not a rectangle inside the image
 */
export async function decodeImage(from: string | Uint8Array, limits: Partial<ImageLimits> = {}): Promise<Image> {
  return await (await openImage(from, limits)).pixels();
}

/**
 * The same, of which pixels are made when they are asked for: of most JPEG files a rectangle takes less time than the
 * whole. What is not a whole image is refused at one of the two.
 *
 * @throws as {@linkcode decodeImage}
 */
export async function openImage(from: string | Uint8Array, limits: Partial<ImageLimits> = {}): Promise<OpenImage> {
  const allowed = { ...imageLimits, ...limits };
  if (typeof from !== "string") return await opened(from, `the ${from.length} given bytes`, allowed);
  const { path, rectangle } = parseFragment(from);
  if (rectangle === null) return await opened(await readBytes(path, allowed), `"${path}"`, allowed);
  const sheet = await decodeSheet(path, allowed);
  const { x, y, width, height } = rectangle;
  if (width < 1 || height < 1 || x + width > sheet.width || y + height > sheet.height) {
    throw new RangeError(
      `Cannot take the rectangle "${x},${y},${width},${height}" from "${path}": ` +
        `expected one inside the image of ${sheet.width} × ${sheet.height} pixels`,
    );
  }
  return wholeImage(cropImage(sheet, rectangle));
}

/** Frees the decoded sheets that {@linkcode decodeImage} keeps. */
export function forgetSheets(): void {
  sheets.clear();
}

/**
 * A path without its media fragment, and the rectangle that the fragment names.
 *
 * @throws {RangeError} when the fragment is not four whole numbers
 */
export function parseFragment(file: string): { path: string; rectangle: Rectangle | null } {
  const at = file.lastIndexOf("#xywh=");
  if (at < 0) return { path: file, rectangle: null };
  const fragment = file.slice(at + "#xywh=".length);
  if (!/^\d+,\d+,\d+,\d+$/.test(fragment)) {
    throw new RangeError(`Cannot read the fragment of "${file}": given "${fragment}", expected "x,y,w,h" in pixels`);
  }
  const [x, y, width, height] = fragment.split(",").map(Number);
  return { path: file.slice(0, at), rectangle: { x, y, width, height } };
}

async function decodeSheet(path: string, limits: ImageLimits): Promise<Image> {
  const info = await statImage(path);
  const stamp = `${info.mtime?.getTime()} ${info.size}`;
  let sheet = sheets.get(path);
  if (sheet?.stamp !== stamp) {
    const read = readBytes(path, limits).then(async (bytes) => (await opened(bytes, `"${path}"`, limits)).pixels());
    const fresh: Sheet = { stamp, image: read, bytes: 0 };
    sheet = fresh;
    fresh.image.then((image) => fresh.bytes = image.data.length, () => sheets.delete(path));
  }
  sheets.delete(path);
  sheets.set(path, sheet); // the most recently used stands last
  const image = await sheet.image;
  let held = 0;
  for (const { bytes } of sheets.values()) held += bytes;
  for (const [other, { bytes }] of sheets) {
    if (held <= sheetBudget) break;
    held -= bytes;
    sheets.delete(other);
  }
  return image;
}

async function readBytes(path: string, limits: ImageLimits): Promise<Uint8Array> {
  const { isFile, size } = await statImage(path);
  if (!isFile) throw new UnreadableImage(`Cannot decode "${path}": it is no file, expected a path of an image`);
  checkBytes(size, `"${path}"`, limits);
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw missing(path, error);
  }
}

/**
 * What the file system knows of an image file.
 *
 * @throws {Deno.errors.NotFound} when there is none
 */
export async function statImage(path: string): Promise<Deno.FileInfo> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    throw missing(path, error);
  }
}

function missing(path: string, error: unknown): unknown {
  if (!(error instanceof Deno.errors.NotFound)) return error;
  return new Deno.errors.NotFound(`Cannot read the image "${path}": there is no such file`, { cause: error });
}
