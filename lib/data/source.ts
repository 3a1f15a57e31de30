/**
 * Where the picture of a sample stands: a file, a rectangle of one, or a cell of a table; any of them stored anew, and
 * seen as what befell it on its way left it.
 */
import { openSeen, parseSeen } from "../augment/corruption.ts";
import { type Image, type OpenImage, openImage, parseFragment, UnreadableImage, wholeImage } from "../image/decode.ts";
import { parseRecodings, recodedBytes, recodeImage } from "../image/recode.ts";
import { type Cell, parseCell } from "../tables/cell_name.ts";
import { readCell } from "../tables/cells.ts";

export { type Cell, parseCell } from "../tables/cell_name.ts";

/** The file on the disk behind what `Sample.file` names: of a cell its table, of a rectangle the whole image. */
export function fileBehind(name: string): string {
  const { file } = parseRecodings(parseSeen(name).file);
  return parseCell(file)?.path ?? parseFragment(file).path;
}

/**
 * The pixels of what `Sample.file` names: an image file, a rectangle of one (`#xywh=x,y,w,h`), or an image in a cell of
 * a table (`path.parquet#ROW/COLUMN`); each stored anew where the name goes on to say so (`#jpeg=95`), and corrupted as
 * `corrupted` of the augmentations says behind that.
 *
 * @returns pixels that the caller owns
 * @throws {Deno.errors.NotFound} when there is no such file
 * @throws {UnreadableImage} when it is not a whole, allowed image, or its cell is empty or damaged; names the sample's
 * file
 * @throws {RangeError} when it has no such rectangle or row
 */
export async function imageOf(name: string): Promise<Image> {
  return await (await openOf(name)).pixels();
}

/**
 * The same, of which a part may be had without the rest.
 *
 * @throws as {@linkcode imageOf}, some of it when pixels are asked for
 */
export async function openOf(name: string): Promise<OpenImage> {
  const { file: before, seen } = parseSeen(name);
  if (seen !== null) return openSeen(await openOf(before), seen);
  const { file, recodings } = parseRecodings(name);
  const stored = await openStored(file);
  return recodings.length === 0 ? stored : wholeImage(await recodeImage(await stored.pixels(), recodings));
}

async function openStored(file: string): Promise<OpenImage> {
  const cell = parseCell(file);
  if (cell === null) return await openImage(file);
  const bytes = await cellBytes(file, cell);
  // of the same class, so that whoever skips unreadable images knows it; the bytes alone have no name
  const named = (error: unknown): never => {
    if (error instanceof UnreadableImage) error.message = error.message.replace(/the \d+ given bytes/, `"${file}"`);
    throw error;
  };
  const image = await openImage(bytes).catch(named);
  return { ...image, pixels: (part) => image.pixels(part).catch(named) };
}

/**
 * The bytes in which the picture is stored; of a rectangle those of the whole image that it is a part of, since it has
 * none of its own; of one that is stored anew the new ones.
 *
 * @throws {Deno.errors.NotFound} when there is no such file
 * @throws {UnreadableImage} when the cell is empty or damaged
 */
export async function bytesOf(name: string): Promise<Uint8Array> {
  const { file, recodings } = parseRecodings(name);
  return recodings.length === 0 ? await storedBytes(file) : (await recodedBytes(await imageOf(file), recodings))!;
}

async function storedBytes(file: string): Promise<Uint8Array<ArrayBuffer>> {
  const cell = parseCell(file);
  if (cell !== null) return await cellBytes(file, cell);
  const { path } = parseFragment(file);
  return await Deno.readFile(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`Cannot read the image "${path}": there is no such file`, { cause: error });
  });
}

async function cellBytes(file: string, { path, row, column }: Cell): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readCell(path, { row, column }).catch((error) => {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UnreadableImage(`Cannot decode "${file}": ${error.message}`, { cause: error });
  });
  if (bytes !== null) return bytes;
  throw new UnreadableImage(`Cannot decode "${file}": the cell is empty, expected the bytes of an image`);
}
