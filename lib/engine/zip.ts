/**
 * What lies where in a zip archive whose entries are stored as they are, as PyTorch writes them. Compressed entries
 * are refused, so that nothing can unfold into more than the file holds.
 *
 * Source: PKWARE's APPNOTE 6.3.9, sections 4.3 and 4.5.3 (zip64).
 */
import { crc32 } from "node:zlib";
import { type ByteSource, readBytes } from "./byte_source.ts";

/** Where the bytes of an entry stand. */
export interface ZipEntry {
  readonly at: number;
  readonly size: number;
  /** CRC-32 that the archive gives for what they unfold to. */
  readonly crc: number;
  /** How they are compressed; 0: not at all, −1: encrypted, or of two sizes. */
  readonly method: number;
}

/** Signatures: of an entry, of its record in the directory, of the directory's end, of the end of zip64 and its place. */
const LOCAL = 0x04034b50, RECORD = 0x02014b50, END = 0x06054b50, END_64 = 0x06064b50, PLACE_64 = 0x07064b50;

/** Bytes of the directory's end without its comment, and of the longest comment. */
const END_BYTES = 22, LONGEST_COMMENT = 0xffff;

/** More entries than any checkpoint has: one for each tensor. */
const MOST_ENTRIES = 100_000;

/**
 * Entries by name, in the order of the directory.
 *
 * @throws {TypeError} for what is no zip archive
 * @throws {RangeError} when entries overlap, reach out of the file, or are more than 100,000
 */
export function readZip(source: ByteSource): Map<string, ZipEntry> {
  const { count, at, size } = findDirectory(source);
  if (count > MOST_ENTRIES) {
    throw new RangeError(`its directory has ${count} entries, expected at most ${MOST_ENTRIES}`);
  }
  if (at + size > source.size) throw new RangeError("its directory reaches out of the file; is the file cut off?");
  const directory = readBytes(source, at, size);
  const entries = new Map<string, ZipEntry>();
  for (let next = 0, i = 0; i < count; i++) {
    const record = readRecord(directory, next);
    if (entries.has(record.name)) throw new RangeError(`it has two entries "${record.name}"`);
    entries.set(record.name, locate(source, { ...record, directory: at }));
    next = record.next;
  }
  checkApart(entries);
  return entries;
}

/**
 * The entry of a name.
 *
 * @throws {TypeError} when there is none, and when it is compressed or encrypted
 */
export function entryOf(entries: ReadonlyMap<string, ZipEntry>, name: string): ZipEntry {
  const entry = entries.get(name);
  if (entry === undefined) throw new TypeError(`it has no entry "${name}"`);
  if (entry.method === 0) return entry;
  throw new TypeError(`its entry "${name}" is compressed (method ${entry.method}), PyTorch stores entries as they are`);
}

/**
 * Makes sure that an entry is what the archive says of it.
 *
 * @throws {RangeError} when its CRC-32 differs
 */
export function checkEntry(source: ByteSource, name: string, { at, size, crc }: ZipEntry): void {
  const piece = new Uint8Array(Math.min(size, 1 << 20));
  let found = 0;
  for (let done = 0; done < size; done += piece.length) {
    const part = piece.subarray(0, size - done);
    source.read(at + done, part);
    found = crc32(part, found);
  }
  if (found === crc) return;
  throw new RangeError(`its entry "${name}" has another checksum than when it was written; is the file damaged?`);
}

interface Directory {
  readonly count: number;
  readonly at: number;
  readonly size: number;
}

function findDirectory(source: ByteSource): Directory {
  const length = Math.min(source.size, END_BYTES + LONGEST_COMMENT);
  const tail = viewOf(readBytes(source, source.size - length, length));
  let at = length - END_BYTES;
  while (at >= 0 && tail.getUint32(at, true) !== END) at--;
  if (at < 0) throw new TypeError("it begins as a zip archive and has no directory; is the file cut off?");
  const [count, size, start] = [
    tail.getUint16(at + 10, true),
    tail.getUint32(at + 12, true),
    tail.getUint32(at + 16, true),
  ];
  const place = source.size - length + at - 20; // of where zip64 says its end stands
  if (place < 0) return { count, at: start, size };
  const locator = viewOf(readBytes(source, place, 20));
  if (locator.getUint32(0, true) !== PLACE_64) return { count, at: start, size };
  const end = safe(locator, 8);
  if (end + 56 > source.size) throw new RangeError("its directory of zip64 reaches out of the file");
  const wide = viewOf(readBytes(source, end, 56));
  if (wide.getUint32(0, true) !== END_64) throw new TypeError("its directory of zip64 is not where it says");
  return { count: safe(wide, 32), size: safe(wide, 40), at: safe(wide, 48) };
}

interface Found extends Omit<ZipEntry, "at"> {
  readonly name: string;
  /** Of the entry's own header. */
  readonly header: number;
  /** Where the next record stands. */
  readonly next: number;
}

function readRecord(directory: Uint8Array, at: number): Found {
  const view = viewOf(directory);
  if (at + 46 > directory.length || view.getUint32(at, true) !== RECORD) {
    throw new TypeError("its directory is damaged");
  }
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
  const next = at + 46 + nameLength + extraLength + commentLength;
  if (next > directory.length) throw new TypeError("its directory is damaged");
  const name = new TextDecoder().decode(directory.subarray(at + 46, at + 46 + nameLength));
  const extra = directory.subarray(at + 46 + nameLength, next - commentLength);
  const [unpacked, size, header] = widened([24, 20, 42].map((offset) => view.getUint32(at + offset, true)), extra);
  const encrypted = (view.getUint16(at + 8, true) & 1) !== 0;
  const method = encrypted || unpacked !== size ? -1 : view.getUint16(at + 10, true);
  return { name, size, crc: view.getUint32(at + 16, true), method, header, next };
}

/** Sizes and place of a record: those of 32 bits that are full stand in the extra field of zip64, in their order. */
function widened(values: readonly number[], extra: Uint8Array): number[] {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const [id, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    at += 4;
    if (at + length > extra.length) break;
    if (id === 1) {
      const wide = viewOf(extra.subarray(at, at + length));
      let place = 0;
      return values.map((value) => {
        if (value !== 0xffffffff || place + 8 > length) return value;
        place += 8;
        return safe(wide, place - 8);
      });
    }
    at += length;
  }
  return [...values];
}

/** Where the bytes of an entry begin, which only its own header tells. */
function locate(
  source: ByteSource,
  { name, size, crc, method, header, directory }: Found & { directory: number },
): ZipEntry {
  if (header + 30 > directory) throw new RangeError(`its entry "${name}" reaches out of the file`);
  const local = viewOf(readBytes(source, header, 30));
  if (local.getUint32(0, true) !== LOCAL) throw new TypeError(`its entry "${name}" is not where the directory says`);
  const at = header + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  if (at + size > directory) throw new RangeError(`its entry "${name}" reaches out of the file; is it cut off?`);
  return { at, size, crc, method };
}

function checkApart(entries: ReadonlyMap<string, ZipEntry>): void {
  let end = 0;
  for (const [name, { at, size }] of [...entries].sort(([, a], [, b]) => a.at - b.at)) {
    if (at < end) throw new RangeError(`its entry "${name}" overlaps another`);
    end = at + size;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A number of 64 bits. Beyond 2⁵³ it is past the end of any file, which is told where it is used. */
function safe(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}
