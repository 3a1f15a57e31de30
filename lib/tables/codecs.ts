import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import type { Compressors } from "hyparquet";

/**
 * What unpacks pages of parquet files, by codec. hyparquet 1.31.5 unpacks Snappy itself, a byte at a time, which takes
 * most of the time of reading images: they do not pack, so that nearly all of a page is literal.
 */
export const codecs: Compressors = {
  SNAPPY: (packed, length) => unpackSnappy(packed, length),
  GZIP: (packed) => gunzipSync(packed),
  BROTLI: (packed) => brotliDecompressSync(packed),
  ZSTD: (packed) => zstdDecompressSync(packed),
};

/**
 * Unpacks what Snappy has packed.
 *
 * @param length of what comes out
 * @throws {RangeError} when the packed bytes are damaged
 *
 * Source: format_description.txt of google/snappy.
 */
export function unpackSnappy(packed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let from = 0;
  while (packed[from++] >= 128); // the length once more
  let to = 0;
  while (from < packed.length) {
    const tag = packed[from++];
    const kind = tag & 3;
    if (kind === 0) {
      let count = tag >> 2;
      if (count >= 60) {
        const bytes = count - 59;
        count = little(packed, from, bytes);
        from += bytes;
      }
      count++;
      if (from + count > packed.length || to + count > length) throw damaged();
      out.set(packed.subarray(from, from + count), to);
      from += count;
      to += count;
      continue;
    }
    const count = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const bytes = kind === 1 ? 1 : kind === 2 ? 2 : 4;
    const back = little(packed, from, bytes) + (kind === 1 ? (tag >> 5) << 8 : 0);
    from += bytes;
    if (back < 1 || back > to || to + count > length) throw damaged();
    if (back >= count) out.copyWithin(to, to - back, to - back + count);
    else for (let i = 0; i < count; i++) out[to + i] = out[to + i - back]; // repeats what it writes
    to += count;
  }
  if (to !== length) throw damaged();
  return out;
}

function little(bytes: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + (bytes[from + i] ?? 0);
  return value;
}

function damaged(): RangeError {
  return new RangeError("what Snappy packed is damaged");
}
