import { look } from "../../lib/data/index_look.ts";
import type { IndexRow } from "../../lib/data/index_rows.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import type { Sample } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { imageTable } from "../../lib/tables/image_table.ts";

const sample = (file: string): Sample => ({
  ...{ id: file, file, label: "real", source: file, generator: null, set: null, split: "train", caption: null },
});

Deno.test("look() tells of images in cells of tables by their own bytes, and of cells that hold none", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const png = await encodeImage({ width: 3, height: 2, data: new Uint8Array(18) }, { format: "png" });
    const image = [png, null, new Uint8Array([1, 2, 3])].map((bytes) => bytes && { bytes, path: null });
    const table = `${folder}/t.parquet`;
    await Deno.writeFile(table, imageTable({ texts: {}, images: { image }, cut: { group: 2 } }));
    const looking = { hash: true, earlier: () => null };
    const row = await look(sample(`${table}#0/image`), looking);
    assertEquals([row.size, row.format, row.width, row.height, row.problem], [png.length, "png", 3, 2, null]);
    assertEquals(row.sha256?.length, 64);
    assert((await look(sample(`${table}#1/image`), looking)).problem?.includes("the cell is empty"));
    assertEquals((await look(sample(`${table}#2/image`), looking)).problem, "of no known kind");
    assertEquals((await look(sample(`${folder}/none.parquet#0/image`), looking)).problem, "missing");
    // the table is as old as it was: what is known of its cell is taken
    const earlier = { ...row, sha256: "known" };
    assertEquals((await look(sample(`${table}#0/image`), { hash: true, earlier: () => earlier })).sha256, "known");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("look() tells of a sample's error map, reads one that has not changed no more, and misses one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/a.png`;
    const errorMap = `${folder}/a.pt`;
    await Deno.writeFile(file, await encodeImage({ width: 3, height: 2, data: new Uint8Array(18) }, { format: "png" }));
    await Deno.writeFile(errorMap, new Uint8Array(40));
    const mapped = { ...sample(file), errorMap };
    const row = await look(mapped, { hash: true, earlier: () => null });
    assertEquals([row.mapSize, row.mapSha256?.length, row.problem], [40, 64, null]);
    assertEquals((await look(mapped, { hash: false, earlier: () => null })).mapSha256, null);
    const again = (changes: Partial<IndexRow>) =>
      look(mapped, { hash: true, earlier: () => ({ ...row, mapSha256: "known", ...changes }) });
    assertEquals((await again({})).mapSha256, "known");
    assertEquals((await again({ mapModified: 0 })).mapSha256, row.mapSha256);
    assertEquals((await again({ mapSize: 41 })).mapSha256, row.mapSha256);
    await Deno.remove(errorMap);
    const without = await look(mapped, { hash: true, earlier: () => null });
    assertEquals([without.mapSize, without.format, without.problem], [null, "png", "its error map is missing"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
