import { formatOf, otherKind, readers } from "./headers/kinds.ts";
import { Beyond, peekInto, text, type Window } from "./headers/peek.ts";

/** Formats whose headers are read. */
export type ImageFormat = "jpeg" | "png" | "webp" | "gif" | "tiff" | "avif" | "bmp";

/** What an image file says of itself before its pixels. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** In pixels as they are stored, before the orientation is applied; of AVIF after it. */
  readonly width: number;
  readonly height: number;
  /** Of one channel, in bits; of a palette, of its indices in PNG and TIFF and of its colours in GIF and BMP. */
  readonly bitDepth: number;
  /** With alpha; a palette counts as the three channels of its colours. */
  readonly channels: number;
  /** JPEG quality, 1…100, estimated from the quantisation tables; null for other formats. */
  readonly quality: number | null;
  /** Null for other formats than JPEG. */
  readonly progressive: boolean | null;
  /** How JPEG stores colour, as "4:2:0"; null for other formats and without colour. */
  readonly subsampling: string | null;
  /** Whether there is more than one frame; the pages of a TIFF file are none. */
  readonly animated: boolean;
  /** EXIF's, 1: upright. Of AVIF always 1, since whoever decodes it turns it. */
  readonly orientation: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
}

/** What {@linkcode readHeader} throws for a file that is no image. */
export class NoImage extends TypeError {
  override readonly name = "NoImage";

  /**
   * @param name of the file, or what stands for it
   * @param found what it is: "empty", "a web page", "png data, damaged"
   */
  constructor(name: string, readonly found: string) {
    super(
      `Cannot read the header of ${name}: found ${found}, expected an image in JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP`,
    );
  }
}

/** Bytes that tell formats apart. */
const START = 64;

/** Bytes of a first read: most headers lie in one block of a disk. Each further one takes twice as many. */
const BLOCK = 4096;
const MOST_READS = 64;

/**
 * Reads the header of an image from the first bytes of its file, as many as that takes.
 *
 * @throws {NoImage} when they are no image, or end inside its header; says what they are
 */
export function readHeader(bytes: Uint8Array): ImageHeader {
  const name = `the ${bytes.length} given bytes`;
  try {
    return parse([{ offset: 0, bytes }], name);
  } catch (error) {
    throw error instanceof Beyond
      ? new NoImage(name, `${formatOf(startOf(bytes))} data, cut off inside the header`)
      : error;
  }
}

/**
 * The header of an image file; of the file no more than that is read.
 *
 * @throws {Deno.errors.NotFound} when there is no such file
 * @throws {NoImage} when it is no image, or ends inside its header; says what it is
 */
export async function headerOf(path: string): Promise<ImageHeader> {
  using file = await Deno.open(path);
  const name = `"${path}"`;
  const windows = [{ offset: 0, bytes: await readAt(file, 0, BLOCK) }];
  for (let reads = 1;; reads++) {
    try {
      return parse(windows, name);
    } catch (error) {
      if (!(error instanceof Beyond)) throw error;
      const { offset, length } = error;
      const bytes = await readAt(file, offset, Math.max(length, BLOCK * 2 ** Math.min(reads - 1, 10)));
      if (bytes.length < length || reads === MOST_READS) {
        throw new NoImage(name, `${formatOf(startOf(windows[0].bytes))} data, cut off inside the header`);
      }
      windows.push({ offset, bytes });
    }
  }
}

function parse(windows: readonly Window[], name: string): ImageHeader {
  const start = startOf(windows[0].bytes);
  const format = formatOf(start);
  if (format === null) throw new NoImage(name, otherKind(start));
  let header: ImageHeader | null;
  try {
    header = readers[format](peekInto(windows));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    header = null;
  }
  if (header === null || header.width < 1 || header.height < 1) throw new NoImage(name, `${format} data, damaged`);
  return header;
}

function startOf(bytes: Uint8Array): string {
  const length = Math.min(bytes.length, START);
  return text(peekInto([{ offset: 0, bytes }]), 0, length);
}

async function readAt(file: Deno.FsFile, offset: number, length: number): Promise<Uint8Array> {
  if (offset > 0) await file.seek(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}
