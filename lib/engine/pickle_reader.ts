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
