import type { ImageFormat, ImageHeader } from "../header.ts";
import { avifHeader } from "./avif.ts";
import { bmpHeader } from "./bmp.ts";
import { gifHeader } from "./gif.ts";
import { jpegHeader } from "./jpeg.ts";
import type { Peek } from "./peek.ts";
import { pngHeader } from "./png.ts";
import { tiffHeader } from "./tiff.ts";
import { webpHeader } from "./webp.ts";

/** Reads what a file says of itself; null or a RangeError when that is not well formed. */
export const readers: Readonly<Record<ImageFormat, (peek: Peek) => ImageHeader | null>> = {
  jpeg: jpegHeader,
  png: pngHeader,
  webp: webpHeader,
  gif: gifHeader,
  tiff: tiffHeader,
  avif: avifHeader,
  bmp: bmpHeader,
};

/** The image format that the first bytes of a file, one character each, announce; null for none. */
export function formatOf(start: string): ImageFormat | null {
  if (start.startsWith("\xff\xd8\xff")) return "jpeg";
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (/^RIFF....WEBP/s.test(start)) return "webp";
  if (/^GIF8[79]a/.test(start)) return "gif";
  if (/^(II[*+]\0|MM\0[*+])/.test(start)) return "tiff";
  if (/^....ftyp(avif|avis|....(....)*?(avif|avis))/s.test(start.slice(0, boxLength(start)))) return "avif";
  if (start.startsWith("BM") && start.length > 14) return "bmp";
  return null;
}

function boxLength(start: string): number {
  return start.charCodeAt(2) * 256 + start.charCodeAt(3);
}

/** Beginnings of files that stand in the place of images now and then. */
const OTHERS: readonly (readonly [beginning: RegExp | string, kind: string])[] = [
  [/^$/, "empty"],
  [/^\0+$/, "nothing but zeros"],
  [/^version https:\/\/git-lfs/, "a pointer of Git LFS, whose file was not fetched"],
  [/^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)?<svg/i, "an SVG drawing"],
  [/^\s*<(!doctype html|html|head|body)/i, "a web page"],
  [/^\s*<\?xml/i, "XML"],
  [/^%PDF/, "a PDF document"],
  ["PK\x03\x04", "a ZIP archive"],
  ["\x1f\x8b", "a gzip archive"],
  [/^....ftyp(heic|heix|hevc|mif1|msf1)/s, "a HEIC image"],
  [/^....ftyp/s, "a video"],
  ["\0\0\0\x0cJXL ", "a JPEG XL image"],
  ["\xff\n", "a JPEG XL image"],
  ["\0\0\0\x0cjP  ", "a JPEG 2000 image"],
  [/^8BPS/, "a Photoshop document"],
  [/^PAR1/, "a parquet file"],
  [/^P[1-7]\s/, "a portable pixmap"],
  [/^[\t\n\r\x20-\x7e]+$/, "text"],
];

/** What a file is that is no image, as its first bytes, one character each, tell. */
export function otherKind(start: string): string {
  const begins = (beginning: RegExp | string): boolean =>
    typeof beginning === "string" ? start.startsWith(beginning) : beginning.test(start);
  return OTHERS.find(([beginning]) => begins(beginning))?.[1] ?? "of no known kind";
}
