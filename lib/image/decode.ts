import sharp from "sharp";
import { cropImage } from "./crop.ts";

/** Pixels in memory: 8 bits, RGB. */
export interface Image {
  /** height · width · 3 values 0…255, row by row, red green blue. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** What is thrown for bytes that are no whole image; others can pass over such a file and count it. */
export class UnreadableImage extends TypeError {}

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
 * The pixels of an image file, as PIL's `convert("RGB")` gives them: EXIF rotation and colour profiles are
 * not applied, alpha is dropped, of an animation the first frame is taken.
 *
 * A path may end in the W3C media fragment `#xywh=x,y,w,h`, which names a rectangle in pixels; the
 * decoded whole is then kept for the next rectangle, see {@linkcode forgetSheets}.
 *
 * @param from a path, or the bytes of a file
 * @returns pixels that the caller owns
 * @throws {Deno.errors.NotFound} when there is no such file
 * @throws {UnreadableImage} when it is not an image that can be read
 * @throws {RangeError} when the fragment is not a rectangle inside the image
 */
export async function decodeImage(from: string | Uint8Array): Promise<Image> {
  if (typeof from !== "string") return await decodeBytes(from, `the ${from.length} given bytes`);
  const { path, rectangle } = parseFragment(from);
  if (rectangle === null) return await decodeBytes(await readBytes(path), `"${path}"`);
  const sheet = await decodeSheet(path);
  const { x, y, width, height } = rectangle;
  if (width < 1 || height < 1 || x + width > sheet.width || y + height > sheet.height) {
    throw new RangeError(
      `Cannot take the rectangle "${x},${y},${width},${height}" from "${path}": ` +
        `expected one inside the image of ${sheet.width} × ${sheet.height} pixels`,
    );
  }
  return cropImage(sheet, rectangle);
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

async function decodeSheet(path: string): Promise<Image> {
  const info = await statImage(path);
  const stamp = `${info.mtime?.getTime()} ${info.size}`;
  let sheet = sheets.get(path);
  if (sheet?.stamp !== stamp) {
    const fresh: Sheet = { stamp, image: readBytes(path).then((bytes) => decodeBytes(bytes, `"${path}"`)), bytes: 0 };
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

async function decodeBytes(bytes: Uint8Array, name: string): Promise<Image> {
  try {
    const { data, info } = await sharp(bytes, { failOn: "error", ignoreIcc: true })
      .toColourspace("srgb").removeAlpha().raw().toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels`);
    return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), width: info.width, height: info.height };
  } catch (error) {
    const reason = (error as Error).message.trim().split("\n")[0];
    throw new UnreadableImage(
      `Cannot decode ${name} (${reason}): expected a whole image in JPEG, PNG, WebP, GIF, TIFF or AVIF`,
      { cause: error },
    );
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw unreadable(path, error);
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
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): unknown {
  if (!(error instanceof Deno.errors.NotFound)) return error;
  return new Deno.errors.NotFound(`Cannot read the image "${path}": there is no such file`, { cause: error });
}
