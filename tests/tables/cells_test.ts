import { readCell, readRows, rowCount } from "../../lib/tables/cells.ts";
import { random } from "../../lib/random.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { type Cut, imageTable, type StoredImage } from "../../lib/tables/image_table.ts";

/** Bytes that no codec makes shorter. */
const noise = (seed: number, length: number): Uint8Array => {
  const draw = random(seed, "cells");
  return Uint8Array.from({ length }, () => draw.integer(256));
};

/** A row with an image, one with an empty one, one without any, over and over. */
const pictures = Array.from(
  { length: 30 },
  (_, i): StoredImage | null =>
    i % 7 === 3
      ? null
      : { bytes: i % 7 === 5 ? null : noise(i, 1000 + 700 * (i % 4)), path: i % 2 === 0 ? `${i}.png` : null },
);
const ids = pictures.map((_, i) => `id-${i}`);

async function withTable(cut: Cut, use: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".parquet" });
  try {
    await Deno.writeFile(path, imageTable({ texts: { id: ids }, images: { image: pictures }, cut }));
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

for (const index of [false, true]) {
  for (const page of [1, 3000, 1 << 20]) {
    Deno.test(`readCell() finds every cell, pages of ${page} bytes, ${index ? "an" : "no"} index of pages`, async () => {
      await withTable({ group: 12, page, index }, async (path) => {
        assertEquals(await rowCount(path), 30);
        const order = random(5, "order").permutation(30);
        for (const row of order) {
          assertEquals(await readCell(path, { row, column: "image" }), pictures[row]?.bytes ?? null, `row ${row}`);
        }
        const both = await Promise.all([29, 0].map((row) => readCell(path, { row, column: "image" })));
        assertEquals(both, [29, 0].map((row) => pictures[row]!.bytes));
      });
    });
  }
}

Deno.test("readRows() gives rows in order across row groups, null for a column that is not there", async () => {
  await withTable({ group: 7 }, async (path) => {
    const rows = await Array.fromAsync(readRows(path, ["id", "none"]));
    assertEquals(rows, ids.map((id) => ({ id, none: null })));
    const [first] = await Array.fromAsync(readRows(path, ["image"]));
    assertEquals((first.image as StoredImage).path, "0.png");
    assert((first.image as StoredImage).bytes instanceof Uint8Array);
  });
});

Deno.test("a cell of a file that was written anew is read anew", async () => {
  await withTable({ group: 30 }, async (path) => {
    await readCell(path, { row: 1, column: "image" });
    const other = [{ bytes: noise(99, 50), path: null }, { bytes: noise(98, 60), path: null }];
    await Deno.writeFile(path, imageTable({ texts: {}, images: { image: other }, cut: { group: 2 } }));
    assertEquals(await readCell(path, { row: 1, column: "image" }), other[1].bytes);
  });
});

Deno.test("readCell() tells of files, rows and columns that are not there, and of damage", async () => {
  await withTable({ group: 12 }, async (path) => {
    await assertRejects(() => readCell(`${path}x`, { row: 0, column: "image" }), Deno.errors.NotFound, "no such file");
    await assertRejects(() => readCell(path, { row: 30, column: "image" }), RangeError, "it has 30 rows");
    await assertRejects(() => readCell(path, { row: 0, column: "img" }), TypeError, "its columns are id, image");
    await assertRejects(() => readCell(path, { row: 0, column: "id" }), TypeError, "holds strings, expected bytes");
    const whole = await Deno.readFile(path);
    await Deno.writeFile(path, whole.subarray(0, whole.length - 30));
    await assertRejects(() => rowCount(path), SyntaxError, "no parquet file, or a damaged one");
    await Deno.writeTextFile(path, "");
    await assertRejects(() => rowCount(path), SyntaxError, "no parquet file, or a damaged one");
  });
});

Deno.test("readCell() of a damaged page throws or reads, and does not hang", async () => {
  await withTable({ group: 12, page: 3000 }, async (path) => {
    const whole = await Deno.readFile(path);
    const draw = random(3, "damage");
    let told = 0;
    for (let round = 0; round < 60; round++) {
      const bytes = whole.slice();
      bytes[4 + draw.integer(2000)] ^= 1 << draw.integer(8);
      await Deno.writeFile(path, bytes);
      await Deno.utime(path, round, round); // another stamp, however fast the rounds go
      const read = await readCell(path, { row: 0, column: "image" }).catch((error) => error);
      told += Number(read instanceof SyntaxError || read instanceof TypeError);
      assert(read === null || read instanceof Uint8Array || read instanceof SyntaxError || read instanceof TypeError);
    }
    assert(told > 0);
  });
});
