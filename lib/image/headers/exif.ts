import type { ImageHeader } from "../header.ts";
import type { Peek } from "./peek.ts";

/** Values 1…8 of EXIF's orientation. */
export type Orientation = ImageHeader["orientation"];

/** Values of the whole-numbered tags of a TIFF directory, by tag. */
export type Tags = ReadonlyMap<number, readonly number[]>;

/** Bytes of one value by TIFF's type, of those types that hold whole numbers. */
const WIDTHS: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4, 16: 8 };

/** A directory longer than this is damage, and so are more values of one tag than this of those that are read. */
const MOST_TAGS = 4096;
const MOST_VALUES = 16;

/**
 * The first directory of a TIFF file, or of EXIF data, which are laid out as one.
 *
 * @param start where its byte order stands
 * @returns null when there is no such directory
 */
export function readTags(peek: Peek, start: number): Tags | null {
  const head = peek.bytes(start, 8);
  const order = head.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return null;
  const little = order === 0x4949;
  const version = head.getUint16(2, little);
  if (version !== 42 && version !== 43) return null;
  const big = version === 43; // BigTIFF: 64-bit offsets
  const wide = (offset: number): number => {
    const view = peek.bytes(offset, big ? 8 : 4);
    return big ? Number(view.getBigUint64(0, little)) : view.getUint32(0, little);
  };
  const first = start + wide(start + (big ? 8 : 4));
  const count = big ? wide(first) : peek.bytes(first, 2).getUint16(0, little);
  if (count > MOST_TAGS) return null;
  const [each, counted, inline] = big ? [20, 8, 8] : [12, 2, 4];
  const tags = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    const at = first + counted + i * each;
    const entry = peek.bytes(at, 4);
    const width = WIDTHS[entry.getUint16(2, little)];
    const values = wide(at + 4);
    if (width === undefined || values < 1 || values > MOST_VALUES) continue;
    const place = at + each - inline;
    const from = width * values <= inline ? place : start + wide(place);
    tags.set(entry.getUint16(0, little), numbers(peek.bytes(from, width * values), width, little));
  }
  return tags;
}

function numbers(view: DataView, width: number, little: boolean): number[] {
  return Array.from({ length: view.byteLength / width }, (_, i) => {
    if (width === 1) return view.getUint8(i);
    if (width === 2) return view.getUint16(2 * i, little);
    return width === 4 ? view.getUint32(4 * i, little) : Number(view.getBigUint64(8 * i, little));
  });
}

/** The orientation among tags; 1, upright, where they have none or one that EXIF does not know. */
export function orientationIn(tags: Tags | null): Orientation {
  const value = tags?.get(0x112)?.[0] ?? 1;
  return (value >= 1 && value <= 8 ? value : 1) as Orientation;
}
