import { type ByteSource, readBytes } from "./byte_source.ts";

/** Reads bytes of a source one after the other, and keeps account of the memory that values take. */
export interface PickleReader {
  /** Where the next byte stands. */
  position(): number;
  /** The next bytes; a view that the next call may overwrite. */
  take(count: number): Uint8Array<ArrayBuffer>;
  /** Up to the end of a line, which is left out. */
  line(): string;
  /** So many more bytes of memory are about to be taken. */
  spend(bytes: number): void;
}

/** Bytes read from the source at once. */
const WINDOW = 1 << 16;

/** Longest name of a module or class. */
const LONGEST_LINE = 1000;

/**
 * Memory that a container takes, that a value takes in one, and that an array of bytes takes beside them: what V8 was
 * measured to need at most for millions of them, arrays that grow included. Bytes.
 */
export const CONTAINER = 320, SLOT = 64, BUFFER = 640;

/**
 * A reader of a part of a source.
 *
 * @param options `end`: just behind the last byte; `memory`: bytes that the values of all its pickles may take
 */
export function pickleReader(
  source: ByteSource,
  { at, end, memory }: { readonly at: number; readonly end: number; readonly memory: number },
): PickleReader {
  let window = new Uint8Array(0);
  let start = at; // of the window
  let next = at;
  let left = memory;
  const spend = (bytes: number): void => {
    left -= bytes;
    if (left < 0) throw new RangeError(`its values take more than ${memory} bytes of memory; is the file damaged?`);
  };
  const take = (count: number): Uint8Array<ArrayBuffer> => {
    if (count > end - next) {
      throw new RangeError(`it asks for ${count} bytes and ${end - next} are left; is the file cut off?`);
    }
    if (next + count > start + window.length) {
      spend(Math.max(0, count - WINDOW));
      window = readBytes(source, next, Math.min(end - next, Math.max(count, WINDOW)));
      start = next;
    }
    next += count;
    return window.subarray(next - count - start, next - start);
  };
  const line = (): string => {
    let text = "";
    for (;;) {
      const [byte] = take(1);
      if (byte === 0x0a) return text;
      if (text.length === LONGEST_LINE) throw new RangeError(`it holds a name of over ${LONGEST_LINE} letters`);
      text += String.fromCharCode(byte);
    }
  };
  return { position: () => next, take, line, spend };
}

/** A whole number of so many bytes, little-endian, from 0. */
export function number(reader: PickleReader, bytes: number): number {
  const taken = reader.take(bytes);
  return taken.reduceRight((value, byte) => value * 256 + byte, 0);
}

/** As many bytes as the number before them says, itself of `width` bytes; a view. */
function counted(reader: PickleReader, width: number): Uint8Array<ArrayBuffer> {
  const count = number(reader, width);
  const bytes = reader.take(count);
  reader.spend(count);
  return bytes;
}

/** A copy of as many bytes as the number of `width` bytes before them says. */
export function buffer(reader: PickleReader, width: number): Uint8Array<ArrayBuffer> {
  reader.spend(BUFFER);
  return counted(reader, width).slice();
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** UTF-8, behind its length, a number of so many bytes. */
export function text(reader: PickleReader, width: number): string {
  const bytes = counted(reader, width);
  try {
    return utf8.decode(bytes);
  } catch {
    throw new TypeError("it holds a text that is not UTF-8");
  }
}

/** A number in double precision, big-endian unlike everything else. */
export function float(reader: PickleReader): number {
  const { buffer, byteOffset } = reader.take(8);
  return new DataView(buffer, byteOffset, 8).getFloat64(0);
}

/** An integer of any length behind that length: little-endian, two's complement. */
export function long(reader: PickleReader, width: number): number | bigint {
  const bytes = counted(reader, width);
  if (bytes.length > 1000) throw new RangeError(`it holds an integer of ${bytes.length} bytes, expected at most 1000`);
  if (bytes.length === 0) return 0;
  reader.spend(2 * SLOT);
  const hex = Array.from(bytes.toReversed(), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const value = BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`));
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
