import type { ImageHeader } from "../header.ts";
import { orientationIn, readTags } from "./exif.ts";
import { type Peek, text } from "./peek.ts";

type Seen = Pick<ImageHeader, "width" | "height" | "channels">;

/** What the first chunk of each name says. */
const CHUNKS: Readonly<Record<string, (peek: Peek) => Seen | null>> = {
  "VP8 ": lossy,
  "VP8L": lossless,
  "VP8X": extended,
};

/** The first chunk of a WebP file, and where that announces EXIF data, these; null when it is not well formed. */
export function webpHeader(peek: Peek): ImageHeader | null {
  const first = text(peek, 12, 4);
  const seen = CHUNKS[first]?.(peek) ?? null;
  if (seen === null) return null;
  const flags = first === "VP8X" ? peek.bytes(20, 1).getUint8(0) : 0;
  return {
    ...{ format: "webp", ...seen, bitDepth: 8, quality: null, progressive: null, subsampling: null },
    animated: (flags & 0x02) !== 0,
    orientation: (flags & 0x08) !== 0 ? orientationIn(exifTags(peek)) : 1,
  };
}

function lossy(peek: Peek): Seen | null {
  const head = peek.bytes(20, 10);
  if ((head.getUint32(2) & 0xffffff) !== 0x9d012a || (head.getUint8(0) & 1) !== 0) return null; // no key frame
  return { width: head.getUint16(6, true) & 0x3fff, height: head.getUint16(8, true) & 0x3fff, channels: 3 };
}

function lossless(peek: Peek): Seen | null {
  const head = peek.bytes(20, 5);
  if (head.getUint8(0) !== 0x2f) return null;
  const bits = head.getUint32(1, true);
  return { width: (bits & 0x3fff) + 1, height: (bits >>> 14 & 0x3fff) + 1, channels: (bits >>> 28 & 1) + 3 };
}

function extended(peek: Peek): Seen {
  const head = peek.bytes(20, 10);
  const wide = (at: number): number => head.getUint16(at, true) + head.getUint8(at + 2) * 65536 + 1;
  return { width: wide(4), height: wide(7), channels: (head.getUint8(0) & 0x10) !== 0 ? 4 : 3 };
}

/** EXIF stands behind the pixels. */
function exifTags(peek: Peek): ReturnType<typeof readTags> {
  const end = 8 + peek.bytes(4, 4).getUint32(0, true);
  for (let at = 12; at + 8 <= end;) {
    const length = peek.bytes(at + 4, 4).getUint32(0, true);
    if (text(peek, at, 4) === "EXIF") {
      const prefixed = length > 6 && text(peek, at + 8, 6) === "Exif\0\0"; // some writers copy it from JPEG
      return length < 14 ? null : readTags(peek, at + (prefixed ? 14 : 8));
    }
    at += 8 + length + length % 2;
  }
  return null;
}
