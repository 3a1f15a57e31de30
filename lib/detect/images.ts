/** Which images are judged, and what is read of one. */
import { basename, join } from "node:path";
import type { View } from "../augment/mod.ts";
import { seenMiddle } from "../augment/pipeline.ts";
import { type Image, type OpenImage, openImage, UnreadableImage } from "../image/decode.ts";
import { jpegHistory, stepsOf, TOLD } from "../image/double_jpeg.ts";
import { type ImageHeader, NoImage, readHeader } from "../image/header.ts";
import { imagesBelow } from "../layouts/files.ts";
import { type Squares, squaresOf } from "./squares.ts";

/**
 * An image to judge: a path, or the bytes of a file, what to call it, and where its explanation goes, which is the folder
 * at hand where it is left out.
 */
export type ImageGiven = string | { readonly name: string; readonly bytes: Uint8Array; readonly explained?: string };

/** Ends the name of a picture that explains another, which is none to judge. */
export const EXPLAINED = ".explained.png";

/**
 * Paths of the images that a path names: itself, or all in a folder and the folders below it, sorted.
 *
 * @throws {Deno.errors.NotFound} when there is nothing there
 * @throws {RangeError} when a folder holds no image
 */
export async function imagesAt(path: string): Promise<string[]> {
  const info = await Deno.stat(path).catch((cause) => {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Deno.errors.NotFound(`Cannot judge "${path}": there is no such file or folder`, { cause });
  });
  if (!info.isDirectory) return [path];
  const names = (await Array.fromAsync(imagesBelow(path))).filter((name) => !name.endsWith(EXPLAINED));
  if (names.length > 0) return names.map((name) => join(path, name));
  throw new RangeError(
    `Cannot judge "${path}": found no image in the folder, expected files in JPEG, PNG, WebP, GIF, TIFF or AVIF`,
  );
}

/** What was read of an image. */
export interface Read {
  readonly header: ImageHeader;
  /** What the network sees. */
  readonly seen: Image;
  /** What it sees where an image is judged in squares; null: `seen` is all. */
  readonly squares: Squares | null;
  /** What speaks of an earlier storing as JPEG, a sentence; null: nothing does, or the image is too small to tell. */
  readonly stored: string | null;
}

/** Why an image could not be read, for its line. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/**
 * Reads an image.
 *
 * @param looked the file that the network looks at, where it is another: what its reconstruction lost; null: the image
 * @param tiled whether an image is judged in squares
 * @throws {Refused} when it cannot be read
 */
export async function readImage(
  given: ImageGiven,
  { view, looked, tiled = false }: {
    readonly view: View;
    readonly looked: string | null;
    readonly tiled?: boolean;
  },
): Promise<Read> {
  try {
    const bytes = typeof given === "string" ? await Deno.readFile(given) : given.bytes;
    const image = await openImage(bytes);
    const header = readHeader(bytes);
    const seen = await seenMiddle(looked === null ? image : await openImage(looked), view);
    const squares = tiled ? squaresOf(await image.pixels(), view.size) : null;
    return { header, seen, squares, stored: await storedSentence(image, bytes) };
  } catch (error) {
    throw refused(error, given);
  }
}

/** @throws what says nothing of the image */
function refused(error: unknown, given: ImageGiven): Refused {
  const name = typeof given === "string" ? given : given.name;
  if (error instanceof Deno.errors.NotFound) return new Refused(`Cannot read "${name}": there is no such file`);
  if (error instanceof Deno.errors.PermissionDenied) return new Refused(`Cannot read "${name}": it may not be read`);
  if (error instanceof Deno.errors.IsADirectory) return new Refused(`Cannot read "${name}": it is a folder`);
  if (error instanceof UnreadableImage || error instanceof NoImage) {
    return new Refused(error.message.replace(/the \d+ given bytes/, `"${name}"`), { cause: error });
  }
  throw error;
}

/** Side of the middle that is searched for traces of an earlier storing, pixels; whole blocks. */
const SEARCHED = 512;

async function storedSentence(image: OpenImage, bytes: Uint8Array): Promise<string | null> {
  // what begins off the grid of blocks would hide the very grid
  const place = (length: number) => 8 * Math.floor(Math.max(0, length - SEARCHED) / 16);
  const [x, y] = [place(image.width), place(image.height)];
  const [width, height] = [Math.min(SEARCHED, image.width - x), Math.min(SEARCHED, image.height - y)];
  const steps = stepsOf(bytes);
  const history = jpegHistory(await image.pixels({ x, y, width, height }), steps);
  if (history === null || history.gain < TOLD) return null;
  const sure = history.gain < 2 * TOLD ? "probably" : "almost surely";
  return `it was ${sure} stored as JPEG before, at a quality near ${history.earlier}` +
    `${steps === null ? "" : ", and is JPEG again"}`;
}

/** Where the explanation of an image is written: beside it; of bytes where they say, or into the folder at hand. */
export function explanationPath(given: ImageGiven): string {
  if (typeof given === "string") return `${given}${EXPLAINED}`;
  return given.explained ?? `${basename(given.name)}${EXPLAINED}`;
}
