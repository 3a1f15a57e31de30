import { parseFragment } from "./decode.ts";
import { headerOf, type ImageHeader } from "./header.ts";
import { parseRecodings } from "./recode.ts";

/**
 * What an image gives away before its pixels, as a network's loader meets it: width and height upright, of a rectangle
 * its own, and format, depth and quality those of the last time it was stored.
 */
export type SeenHeader = Omit<ImageHeader, "orientation">;

/** Headers of sheets, from which many rectangles are cut; so many of them are kept. */
const SHEETS = 64;
const sheets = new Map<string, Promise<ImageHeader>>();

/**
 * The {@linkcode SeenHeader} of an image: a path, which may end in a rectangle and in how the image is stored anew.
 *
 * @param read the header of the plain file, where it is not one that {@linkcode headerOf} opens
 * @throws as {@linkcode headerOf}
 */
export async function seenHeader(
  name: string,
  read: (path: string) => Promise<ImageHeader> = headerOf,
): Promise<SeenHeader> {
  const { file, recodings } = parseRecodings(name);
  const { path, rectangle } = parseFragment(file);
  const { orientation, ...stored } = await (rectangle === null ? read(path) : sheetHeader(path));
  const turned = orientation >= 5;
  const upright = turned ? { ...stored, width: stored.height, height: stored.width } : stored;
  const cut = rectangle === null ? upright : { ...upright, width: rectangle.width, height: rectangle.height };
  const recoding = recodings.at(-1);
  if (recoding === undefined) return cut;
  const jpeg = recoding.format === "jpeg";
  return {
    ...cut,
    ...{ format: recoding.format, bitDepth: 8, channels: 3, animated: false },
    ...{ quality: jpeg ? recoding.quality : null, progressive: jpeg ? false : null },
    subsampling: jpeg ? "4:2:0" : null,
  };
}

function sheetHeader(path: string): Promise<ImageHeader> {
  const known = sheets.get(path) ?? headerOf(path);
  sheets.delete(path);
  sheets.set(path, known); // the most recently used stands last
  known.catch(() => sheets.delete(path));
  for (const oldest of sheets.keys()) {
    if (sheets.size <= SHEETS) break;
    sheets.delete(oldest);
  }
  return known;
}
