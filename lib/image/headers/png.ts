import type { ImageHeader } from "../header.ts";
import { type Orientation, orientationIn, readTags } from "./exif.ts";
import { type Peek, text } from "./peek.ts";

/** Channels by colour type; a palette's colours are red, green and blue. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 };

/** The chunks of a PNG file up to its pixels; null when they are not well formed. */
export function pngHeader(peek: Peek): ImageHeader | null {
  if (text(peek, 12, 4) !== "IHDR") return null;
  const head = peek.bytes(16, 10);
  const [width, height, bitDepth, colour] = [
    head.getUint32(0),
    head.getUint32(4),
    head.getUint8(8),
    head.getUint8(9),
  ];
  let channels = CHANNELS[colour];
  if (channels === undefined || ![1, 2, 4, 8, 16].includes(bitDepth)) return null;
  let animated = false;
  let orientation: Orientation = 1;
  for (let at = 33;;) {
    const length = peek.bytes(at, 4).getUint32(0);
    const name = text(peek, at + 4, 4);
    if (name === "IDAT") break;
    if (name === "IEND" || length > 0x7fffffff) return null;
    if (name === "acTL") animated = true;
    if (name === "tRNS") channels++; // one value or palette entry is transparent
    if (name === "eXIf") orientation = orientationIn(readTags(peek, at + 8));
    at += length + 12;
  }
  return { format: "png", width, height, bitDepth, channels, ...still, animated, orientation };
}

const still = { quality: null, progressive: null, subsampling: null };
