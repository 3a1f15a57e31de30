import type { ImageHeader } from "../header.ts";
import { type Orientation, orientationIn, readTags } from "./exif.ts";
import { type Peek, text } from "./peek.ts";
import { estimateQuality } from "./quality.ts";

interface Frame extends Pick<ImageHeader, "width" | "height" | "bitDepth" | "channels"> {
  readonly progressive: boolean;
  readonly subsampling: string | null;
  /** Number of the quantisation table of each component. */
  readonly tables: readonly number[];
}

/** What the markers of a JPEG file say up to its first scan; null when they are not well formed. */
export function jpegHeader(peek: Peek): ImageHeader | null {
  const read = readMarkers(peek);
  if (read === null) return null;
  const { frame: { tables: _, ...told }, steps: [luminance, colour], orientation } = read;
  const quality = estimateQuality(luminance, colour);
  return { format: "jpeg", ...told, quality, animated: false, orientation };
}

/** Steps of quantisation of the luminance of a JPEG file, 64 in zigzag order; null where it has no table for it. */
export function luminanceSteps(peek: Peek): readonly number[] | null {
  return readMarkers(peek)?.steps[0] ?? null;
}

interface Markers {
  readonly frame: Frame;
  /** Tables that components use, each once, luminance first; one that the file lacks is undefined. */
  readonly steps: readonly (readonly number[] | undefined)[];
  readonly orientation: Orientation;
}

function readMarkers(peek: Peek): Markers | null {
  let orientation: Orientation = 1;
  let frame: Frame | null = null;
  const tables = new Map<number, readonly number[]>();
  for (let at = 2;;) {
    const marker = peek.bytes(at, 2).getUint16(0);
    if (marker === 0xffff) { // a byte to fill
      at++;
      continue;
    }
    if (marker === 0xffda) break; // the first scan
    if (marker < 0xffc0 || marker === 0xffd9 || marker === 0xffd8) return null;
    if (marker >= 0xffd0 && marker <= 0xffd7) {
      at += 2;
      continue;
    }
    const length = peek.bytes(at + 2, 2).getUint16(0);
    if (length < 2) return null;
    const [from, size] = [at + 4, length - 2];
    if (marker === 0xffdb) readTables(peek.bytes(from, size), tables);
    if (isFrame(marker)) frame = readFrame(peek.bytes(from, size), marker);
    if (marker === 0xffe1 && size > 14 && text(peek, from, 6) === "Exif\0\0") {
      orientation = orientationIn(readTags(inside(peek, from, size), from + 6));
    }
    at = from + size;
  }
  if (frame === null || frame.width === 0 || frame.height === 0) return null;
  return { frame, steps: [...new Set(frame.tables)].map((number) => tables.get(number)), orientation };
}

/** EXIF must not lead out of its own segment. */
function inside(peek: Peek, from: number, size: number): Peek {
  return {
    bytes(offset, length) {
      if (offset < from || offset + length > from + size) return new DataView(new ArrayBuffer(length));
      return peek.bytes(offset, length);
    },
  };
}

/** SOF0…15 without DHT, JPG and DAC, which lie between them. */
function isFrame(marker: number): boolean {
  return marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
}

function readFrame(view: DataView, marker: number): Frame | null {
  if (view.byteLength < 6) return null;
  const channels = view.getUint8(5);
  if (channels < 1 || view.byteLength < 6 + 3 * channels) return null;
  const factors = Array.from({ length: channels }, (_, i) => view.getUint8(7 + 3 * i));
  return {
    width: view.getUint16(3),
    height: view.getUint16(1),
    bitDepth: view.getUint8(0),
    channels,
    progressive: [2, 6, 10, 14].includes(marker - 0xffc0),
    subsampling: subsamplingOf(factors),
    tables: Array.from({ length: channels }, (_, i) => view.getUint8(8 + 3 * i)),
  };
}

/** In the usual notation, or as "3x1" where that has none; null for pictures without colour. */
function subsamplingOf([first, second]: readonly number[]): string | null {
  if (second === undefined) return null;
  const across = (first >> 4) / (second >> 4);
  const down = (first & 15) / (second & 15);
  const names: Readonly<Record<string, string>> = {
    "1x1": "4:4:4",
    "2x1": "4:2:2",
    "2x2": "4:2:0",
    "1x2": "4:4:0",
    "4x1": "4:1:1",
    "4x2": "4:1:0",
  };
  return names[`${across}x${down}`] ?? `${across}x${down}`;
}

/** 64 values each, in the order of the file: zigzag. */
function readTables(view: DataView, tables: Map<number, readonly number[]>): void {
  for (let at = 0; at < view.byteLength;) {
    const kind = view.getUint8(at++);
    const width = kind >> 4 === 0 ? 1 : 2;
    if (at + 64 * width > view.byteLength) return;
    const start = at;
    const value = (i: number): number => width === 1 ? view.getUint8(start + i) : view.getUint16(start + 2 * i);
    tables.set(kind & 15, Array.from({ length: 64 }, (_, i) => value(i)));
    at += 64 * width;
  }
}
