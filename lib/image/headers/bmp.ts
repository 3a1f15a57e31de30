import type { ImageHeader } from "../header.ts";
import type { Peek } from "./peek.ts";

/** A Windows bitmap; null when it is not well formed. */
export function bmpHeader(peek: Peek): ImageHeader | null {
  const size = peek.bytes(14, 4).getUint32(0, true);
  const old = size === 12; // OS/2: 16-bit sizes
  if (!old && (size < 40 || size > 256)) return null;
  const head = peek.bytes(18, old ? 8 : 12);
  const [width, height] = old
    ? [head.getUint16(0, true), head.getUint16(2, true)]
    : [head.getInt32(0, true), Math.abs(head.getInt32(4, true))]; // rows from the top where it is negative
  const bits = head.getUint16(old ? 6 : 10, true);
  if (![1, 4, 8, 16, 24, 32].includes(bits) || width < 1) return null;
  return {
    ...{ format: "bmp", width, height, bitDepth: bits === 16 ? 5 : 8, channels: bits === 32 ? 4 : 3 },
    ...{ quality: null, progressive: null, subsampling: null, animated: false, orientation: 1 },
  };
}
