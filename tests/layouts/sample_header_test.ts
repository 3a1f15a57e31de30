import { encodeImage } from "../../lib/image/encode.ts";
import { headerOfSample } from "../../lib/layouts/sample_header.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { scene } from "../audit/planted.ts";
import { imageTable } from "../../lib/tables/image_table.ts";

Deno.test("the header of a sample is found in files and in cells of tables, stored anew or not", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const bytes = await encodeImage(scene(3, { width: 16, height: 12 }), { format: "jpeg", quality: 60 });
    await Deno.writeFile(`${folder}/a.jpg`, bytes);
    const image = [null, { bytes, path: null }];
    await Deno.writeFile(`${folder}/t.parquet`, imageTable({ texts: {}, images: { image }, cut: { group: 2 } }));
    const told = async (name: string) => {
      const { format, width, height, quality } = await headerOfSample(`${folder}/${name}`);
      return [format, width, height, quality];
    };
    assertEquals(await told("a.jpg"), ["jpeg", 16, 12, 60]);
    assertEquals(await told("t.parquet#1/image"), ["jpeg", 16, 12, 60]);
    assertEquals(await told("t.parquet#1/image#webp=50"), ["webp", 16, 12, null]);
    assertEquals(await told("a.jpg#xywh=2,2,8,7#jpeg=50"), ["jpeg", 8, 7, 50]);
    await assertRejects(() => told("t.parquet#0/image"), TypeError, "the 0 given bytes");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
