/** Where the picture of a sample stands: a file, a rectangle of one, or a cell of a table; any of them stored anew. */
import { decodeImage, type Image, parseFragment, UnreadableImage } from "../image/decode.ts";
import { parseRecodings, recodedBytes, recodeImage } from "../image/recode.ts";
import { type Cell, parseCell } from "../tables/cell_name.ts";
import { readCell } from "../tables/cells.ts";

export { type Cell, parseCell } from "../tables/cell_name.ts";

/**
 * The pixels of what `Sample.file` names: an image file, a rectangle of one (`#xywh=x,y,w,h`), or an image in a cell of
 * a table (`path.parquet#ROW/COLUMN`); each stored anew where the name goes on to say so (`#jpeg=95`).
 *
 * @returns pixels that the caller owns
 * @throws {Deno.errors.NotFound} when there is no such file
 * @throws {UnreadableImage} when it is not a whole, allowed image, or its cell is empty or damaged; names the sample's
 * file
 * @throws {RangeError} when it has no such rectangle or row
 */
export async function imageOf(name: string): Promise<Image> {
  const { file, recodings } = parseRecodings(name);
  return await recodeImage(await storedImage(file), recodings);
}

async function storedImage(file: string): Promise<Image> {
  const cell = parseCell(file);
  if (cell === null) return await decodeImage(file);
  const bytes = await cellBytes(file, cell);
  try {
    return await decodeImage(bytes);
  } catch (error) {
    // of the same class, so that whoever skips unreadable images knows it; the bytes alone have no name
    if (error instanceof UnreadableImage) error.message = error.message.replace(/the \d+ given bytes/, `"${file}"`);
    throw error;
  }
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
  return recodings.length === 0 ? await storedBytes(file) : (await recodedBytes(await storedImage(file), recodings))!;
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
