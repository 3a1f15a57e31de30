import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { codecs, unpackSnappy } from "../../lib/tables/codecs.ts";
import { assertEquals, assertThrows } from "../assert.ts";

/** What Snappy's description allows, written by hand: the length, then literals and copies. */
const packed = (length: number, ...elements: readonly number[][]): Uint8Array =>
  Uint8Array.from([length, ...elements.flat()]);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const literal = (letters: string): number[] => [(letters.length - 1) << 2, ...new TextEncoder().encode(letters)];

Deno.test("unpackSnappy() unpacks literals, and copies with offsets of one, two and four bytes", () => {
  assertEquals(text(unpackSnappy(packed(5, literal("abcde")), 5)), "abcde");
  assertEquals(text(unpackSnappy(packed(8, literal("abcd"), [0b000_000_01, 4]), 8)), "abcdabcd");
  assertEquals(text(unpackSnappy(packed(7, literal("abcd"), [2 << 2 | 2, 3, 0]), 7)), "abcdbcd");
  assertEquals(text(unpackSnappy(packed(7, literal("abcd"), [2 << 2 | 3, 2, 0, 0, 0]), 7)), "abcdcdc"); // overlaps itself
  const long = "x".repeat(100);
  assertEquals(text(unpackSnappy(packed(100, [60 << 2, 99, ...new TextEncoder().encode(long)]), 100)), long);
});

Deno.test("unpackSnappy() refuses what is cut off, too long, or copied from before the beginning", () => {
  for (
    const [bytes, length] of [
      [packed(5, literal("abcde")).subarray(0, 4), 5],
      [packed(5, literal("abcde")), 4],
      [packed(5, literal("abcde")), 6],
      [packed(8, literal("abcd"), [1, 5]), 8],
      [packed(8, literal("abcd"), [1, 0]), 8],
    ] as const
  ) assertThrows(() => unpackSnappy(bytes, length), RangeError, "damaged");
});

Deno.test("the other codecs unpack what Node packs", () => {
  const bytes = new TextEncoder().encode("counterproof ".repeat(50));
  for (const [name, pack] of Object.entries({ GZIP: gzipSync, BROTLI: brotliCompressSync, ZSTD: zstdCompressSync })) {
    const unpacked = codecs[name as "GZIP"]!(pack(bytes), bytes.length);
    assertEquals(text(unpacked), text(bytes), name);
  }
});
