import { headerOf, type ImageHeader, readHeader } from "../image/header.ts";
import { type SeenHeader, seenHeader } from "../image/seen_header.ts";
import { parseCell } from "../tables/cell_name.ts";
import { readCell } from "../tables/cells.ts";

/**
 * The header of what `Sample.file` names, as it is seen: upright, of a rectangle its own size, stored anew or not.
 *
 * @throws {Deno.errors.NotFound} when there is no such file
 * @throws {TypeError} when it is no image, or ends inside its header
 */
export async function headerOfSample(file: string): Promise<SeenHeader> {
  return await seenHeader(file, storedHeader);
}

/**
 * The header of an image as it lies on the disk: a file, or a cell of a table.
 *
 * @throws as {@linkcode headerOfSample}
 */
export async function storedHeader(file: string): Promise<ImageHeader> {
  const cell = parseCell(file);
  if (cell === null) return await headerOf(file);
  return readHeader(await readCell(cell.path, cell) ?? new Uint8Array());
}
