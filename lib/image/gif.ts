/**
 * The first picture of a GIF file. Not libvips's: where a pixel is transparent that gives black, and Pillow gives the
 * colour which the palette has there. Reference: https://www.w3.org/Graphics/GIF/spec-gif89a.txt
 */
import type { Image } from "./decode.ts";

/** Lines of an interlaced picture in the order they are stored: every `step`-th from `first` on. */
const PASSES = [{ first: 0, step: 8 }, { first: 4, step: 8 }, { first: 2, step: 4 }, { first: 1, step: 2 }];
/** Codes have 12 bits at most. */
const MOST_CODES = 4096;
const [EXTENSION, PICTURE] = [0x21, 0x2c];
const CONTROL = 0xf9;

/** The first picture, and where it lies on the canvas. */
interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  /** Where its codes begin. */
  readonly at: number;
  readonly palette: Uint8Array | null;
  /** Index of the palette that stands for nothing; null when each is a colour. */
  readonly transparent: number | null;
}

/**
 * The pixels of the first picture as Pillow's `convert("RGB")` gives them. Where it does not fill its canvas there is
 * the transparent colour, or the first of the palette; where it goes beyond, the canvas grows.
 *
 * @param limit pixels that the canvas may have
 * @throws {Error} saying why, when it is damaged, cut off or too large
 */
export function decodeGif(bytes: Uint8Array, limit: number): Image {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 13) throw new Error("cut off inside the header");
  const global = bytes[10] & 0x80 ? 3 << ((bytes[10] & 7) + 1) : 0;
  const frame = findFrame(view, { at: 13 + global, palette: global > 0 ? bytes.subarray(13, 13 + global) : null });
  const width = Math.max(view.getUint16(6, true), frame.left + frame.width);
  const height = Math.max(view.getUint16(8, true), frame.top + frame.height);
  if (width * height > limit) throw new Error(`its picture reaches to ${width} × ${height} pixels`);
  const indices = unpack(bytes, frame);
  const colours = colourTable(frame.palette);
  const data = new Uint8Array(width * height * 3);
  const ground = colours.subarray((frame.transparent ?? 0) * 3, (frame.transparent ?? 0) * 3 + 3);
  if (frame.width < width || frame.height < height) {
    for (let at = 0; at < data.length; at += 3) {
      data.set(ground, at);
    }
  }
  linesOf(frame).forEach((line, stored) => {
    let at = ((frame.top + line) * width + frame.left) * 3;
    for (let i = stored * frame.width; i < (stored + 1) * frame.width; i++, at += 3) {
      const colour = indices[i] * 3;
      data[at] = colours[colour];
      data[at + 1] = colours[colour + 1];
      data[at + 2] = colours[colour + 2];
    }
  });
  return { data, width, height };
}

/** Reads over extensions up to the first picture. */
function findFrame(view: DataView, { at, palette }: { at: number; palette: Uint8Array | null }): Frame {
  let transparent: number | null = null;
  try {
    for (;;) {
      const block = view.getUint8(at);
      if (block === PICTURE) break;
      if (block !== EXTENSION) throw new Error("it has no picture");
      if (view.getUint8(at + 1) === CONTROL && (view.getUint8(at + 3) & 1) === 1) transparent = view.getUint8(at + 6);
      for (at += 2; view.getUint8(at) > 0;) at += view.getUint8(at) + 1;
      at++;
    }
    const flags = view.getUint8(at + 9);
    const own = flags & 0x80 ? 3 << ((flags & 7) + 1) : 0;
    const [left, top, width, height] = [1, 3, 5, 7].map((place) => view.getUint16(at + place, true));
    if (width < 1 || height < 1) throw new Error("its picture has no pixels");
    return {
      ...{ left, top, width, height, transparent, interlaced: (flags & 0x40) > 0, at: at + 10 + own },
      palette: own > 0 ? new Uint8Array(view.buffer, view.byteOffset + at + 10, own) : palette,
    };
  } catch (error) {
    throw error instanceof RangeError ? new Error("cut off before its picture", { cause: error }) : error;
  }
}

/** 256 colours: greys without a palette, black beyond the end of a short one, as in Pillow. */
function colourTable(palette: Uint8Array | null): Uint8Array {
  if (palette === null) return Uint8Array.from({ length: 768 }, (_, i) => i / 3 | 0);
  const colours = new Uint8Array(768);
  colours.set(palette);
  return colours;
}

/** Indices of the palette in the order they are stored, by the variable-length codes of Lempel, Ziv and Welch. */
function unpack(bytes: Uint8Array, { at, width, height }: Frame): Uint8Array {
  const least = bytes[at];
  if (!(least >= 1 && least <= 8)) throw new Error("its codes are damaged");
  const codes = subBlocks(bytes, at + 1);
  const [clear, end] = [1 << least, (1 << least) + 1];
  // an entry is the one before it and a last index
  const before = new Uint16Array(MOST_CODES);
  const last = new Uint8Array(MOST_CODES);
  const lengths = new Uint16Array(MOST_CODES);
  for (let code = 0; code < clear; code++) [last[code], lengths[code]] = [code, 1];
  const indices = new Uint8Array(width * height);
  let [size, next, previous] = [least + 1, end + 1, -1];
  let [held, bits, read] = [0, 0, 0];
  for (let filled = 0; filled < indices.length;) {
    while (bits < size) {
      if (read === codes.length) throw new Error("cut off inside its picture");
      held |= codes[read++] << bits;
      bits += 8;
    }
    const code = held & ((1 << size) - 1);
    held >>>= size;
    bits -= size;
    if (code === clear) {
      [size, next, previous] = [least + 1, end + 1, -1];
      continue;
    }
    if (code === end) throw new Error("its picture ends early");
    if (code > next || (code === next || code >= clear) && previous < 0) throw new Error("its codes are damaged");
    // the newest entry may be named before its last index is known: it is the first of the one before
    const source = code === next ? previous : code;
    const length = lengths[source] + (code === next ? 1 : 0);
    let place = filled + lengths[source] - 1;
    let entry = source;
    for (; lengths[entry] > 1; entry = before[entry], place--) if (place < indices.length) indices[place] = last[entry];
    const first = last[entry];
    indices[filled] = first;
    if (code === next && filled + length - 1 < indices.length) indices[filled + length - 1] = first;
    filled += length;
    if (previous >= 0 && next < MOST_CODES) {
      [before[next], last[next], lengths[next]] = [previous, first, lengths[previous] + 1];
      next++;
      if (next === 1 << size && size < 12) size++;
    }
    previous = code;
  }
  return indices;
}

/** What stands in the blocks from `at` on, one behind the other; what is cut off is left out. */
function subBlocks(bytes: Uint8Array, at: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (; bytes[at] > 0; at += bytes[at] + 1) parts.push(bytes.subarray(at + 1, at + 1 + bytes[at]));
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    joined.set(part, filled);
    filled += part.length;
  }
  return joined;
}

/** The line of the picture that each stored line is. */
function linesOf({ height, interlaced }: Frame): number[] {
  if (!interlaced) return Array.from({ length: height }, (_, line) => line);
  return PASSES.flatMap(({ first, step }) =>
    Array.from({ length: Math.max(0, Math.ceil((height - first) / step)) }, (_, i) => first + i * step)
  );
}
