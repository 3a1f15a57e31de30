import { bytesOf, imageOf, parseCell } from "../../lib/data/source.ts";
import { decodeImage, UnreadableImage } from "../../lib/image/decode.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { scene } from "../audit/planted.ts";
import { imageTable } from "../../lib/tables/image_table.ts";

const pixels = (value: number) => ({ width: 3, height: 2, data: new Uint8Array(18).fill(value) });

Deno.test("imageOf() and bytesOf() read files, rectangles of files, and cells of tables", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [seven, eight] = await Promise.all([7, 8].map((value) => encodeImage(pixels(value), { format: "png" })));
    await Deno.writeFile(`${folder}/a.png`, seven);
    const image = [{ bytes: eight, path: null }, null, { bytes: new Uint8Array([1, 2, 3]), path: null }];
    await Deno.writeFile(`${folder}/t.parquet`, imageTable({ texts: {}, images: { image }, cut: { group: 2 } }));

    assertEquals(await imageOf(`${folder}/a.png`), pixels(7));
    assertEquals((await imageOf(`${folder}/a.png#xywh=1,1,2,1`)).data, new Uint8Array(6).fill(7));
    assertEquals(await imageOf(`${folder}/t.parquet#0/image`), pixels(8));
    assertEquals(await bytesOf(`${folder}/a.png`), new Uint8Array(seven));
    assertEquals(await bytesOf(`${folder}/a.png#xywh=1,1,2,1`), new Uint8Array(seven));
    assertEquals(await bytesOf(`${folder}/t.parquet#0/image`), new Uint8Array(eight));

    await assertRejects(() => imageOf(`${folder}/t.parquet#1/image`), UnreadableImage, "the cell is empty");
    await assertRejects(() => imageOf(`${folder}/t.parquet#2/image`), UnreadableImage, `"${folder}/t.parquet#2/image"`);
    await assertRejects(() => imageOf(`${folder}/t.parquet#3/image`), RangeError, "it has 3 rows");
    const damaged = (await Deno.readFile(`${folder}/t.parquet`)).fill(255, 4, 30);
    await Deno.writeFile(`${folder}/d.parquet`, damaged);
    await assertRejects(() => imageOf(`${folder}/d.parquet#0/image`), UnreadableImage, "or a damaged one");
    await assertRejects(() => bytesOf(`${folder}/b.png`), Deno.errors.NotFound, "there is no such file");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("parseCell() takes a row and a column, and leaves other paths alone", () => {
  assertEquals(parseCell("/d/a.parquet#12/image_gen0"), { path: "/d/a.parquet", row: 12, column: "image_gen0" });
  assertEquals(["/d/a.png", "/d/a.webp#xywh=0,0,1,1", "/d/a.parquet", "/d/a.parquet#x/y"].map(parseCell), [
    null,
    null,
    null,
    null,
  ]);
});

Deno.test("what is stored anew has other pixels and bytes, wherever it stands", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const image = scene(3, { width: 16, height: 12 });
    const file = `${folder}/a.png`;
    await Deno.writeFile(file, await encodeImage(image, { format: "png" }));
    const jpeg = await encodeImage(image, { format: "jpeg", quality: 50 });
    assertEquals(await bytesOf(`${file}#jpeg=50`), jpeg);
    assertEquals(await imageOf(`${file}#jpeg=50`), await decodeImage(jpeg));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
