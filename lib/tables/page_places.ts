import type { AsyncBuffer, ColumnMetaData } from "hyparquet";
import { type PageHead, pageHead } from "./page_heads.ts";

/** Where a page of values stands, its head included. */
export interface PagePlace {
  readonly offset: number;
  readonly bytes: number;
  /** In its row group. */
  readonly firstRow: number;
  /** Whether its values point into the dictionary of the column. */
  readonly dictionary: boolean;
}

/** Bytes that are read for a head; with the smallest and largest value in it, a head may be longer than the usual 40. */
const USUAL = 256;
const LONGEST = 1 << 20;

/**
 * Where the pages of a column chunk stand, found by going from head to head. For columns without lists, where a value
 * is a row.
 *
 * @throws {RangeError} when a head is damaged, or leads out of the chunk
 */
export async function pagesOf(file: AsyncBuffer, chunk: ColumnMetaData): Promise<PagePlace[]> {
  const start = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
  const end = start + Number(chunk.total_compressed_size);
  const pages: PagePlace[] = [];
  let firstRow = 0;
  for (let offset = start; offset < end;) {
    const head = await headAt(file, { offset, end });
    const bytes = head.headBytes + head.bytes;
    if (offset + bytes > end) throw new RangeError("a page reaches out of its column");
    if (head.kind === 0 || head.kind === 3) {
      pages.push({ offset, bytes, firstRow, dictionary: head.encoding === 2 || head.encoding === 8 });
      firstRow += head.values;
    }
    offset += bytes;
  }
  if (firstRow !== Number(chunk.num_values)) {
    throw new RangeError(`its pages hold ${firstRow} values, expected ${chunk.num_values}`);
  }
  return pages;
}

async function headAt(file: AsyncBuffer, { offset, end }: { offset: number; end: number }): Promise<PageHead> {
  for (let length = USUAL;; length *= 16) {
    const bytes = new Uint8Array(await file.slice(offset, Math.min(end, offset + length)));
    try {
      return pageHead(bytes);
    } catch (error) {
      if (length >= LONGEST || bytes.length < length) throw error;
    }
  }
}

/** An index of pages as the format has it (`OffsetIndex`), in Thrift's compact protocol. */
export function offsetIndexBytes(pages: readonly PagePlace[]): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  const whole = (value: number): void => {
    for (value *= 2; value >= 128; value = Math.floor(value / 128)) out.push((value % 128) | 128); // zigzag of n ≥ 0 is 2n
    out.push(value);
  };
  const count = pages.length;
  out.push(0x19); // field 1: a list
  if (count < 15) out.push((count << 4) | 12);
  else {
    out.push(0xfc);
    let rest = count;
    for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128);
    out.push(rest);
  }
  for (const { offset, bytes, firstRow } of pages) {
    out.push(0x16); // field 1, 64 bits
    whole(offset);
    out.push(0x15); // field 2, 32 bits
    whole(bytes);
    out.push(0x16); // field 3, 64 bits
    whole(firstRow);
    out.push(0);
  }
  out.push(0);
  return Uint8Array.from(out);
}
