import type { ImageHeader } from "../header.ts";
import type { Peek } from "./peek.ts";

/** A GIF file up to its second frame, or its end where it has one; null when it is not well formed. */
export function gifHeader(peek: Peek): ImageHeader | null {
  const head = peek.bytes(6, 7);
  const [width, height] = [head.getUint16(0, true), head.getUint16(2, true)];
  const frames = walk(peek, 13 + coloursIn(head.getUint8(4)));
  if (frames === null || frames.count === 0) return null;
  return {
    ...{ format: "gif", width, height, bitDepth: 8, channels: frames.transparent ? 4 : 3 },
    ...{ quality: null, progressive: null, subsampling: null, animated: frames.count > 1, orientation: 1 },
  };
}

function coloursIn(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/** Counts frames as far as two. */
function walk(peek: Peek, from: number): { count: number; transparent: boolean } | null {
  let transparent = false;
  let count = 0;
  for (let at = from;;) {
    const mark = peek.bytes(at, 1).getUint8(0);
    if (mark === 0x3b) return { count, transparent };
    if (mark === 0x2c) {
      if (++count === 2) return { count, transparent };
      at = blocksEnd(peek, at + 11 + coloursIn(peek.bytes(at + 9, 1).getUint8(0)));
    } else if (mark === 0x21) {
      const kind = peek.bytes(at + 1, 1).getUint8(0);
      if (kind === 0xf9 && count === 0) transparent = (peek.bytes(at + 3, 1).getUint8(0) & 1) !== 0;
      at = blocksEnd(peek, at + 2);
    } else {
      return null;
    }
  }
}

function blocksEnd(peek: Peek, from: number): number {
  let at = from;
  for (;;) {
    const length = peek.bytes(at, 1).getUint8(0);
    at += length + 1;
    if (length === 0) return at;
  }
}
