import { folderNames, holdsImages, imageNames, imagesBelow, stem, tablesBelow } from "../../lib/layouts/files.ts";
import { assertEquals } from "../assert.ts";
import { tree } from "./tree.ts";

Deno.test("imageNames() lists images by name, and null where there is no folder", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["b.PNG", "a.jpeg", ".c.png", "d.txt", "png"]) await Deno.writeTextFile(`${folder}/${name}`, "");
    await Deno.mkdir(`${folder}/e.png`);
    assertEquals(await imageNames(folder), ["a.jpeg", "b.PNG"]);
    assertEquals(await imageNames(`${folder}/none`), null);
    assertEquals(await imageNames(`${folder}/d.txt`), null);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("stem() takes the last extension away", () => {
  assertEquals(["a.b.png", "a", ".hidden"].map(stem), ["a.b", "a", ".hidden"]);
});

Deno.test("imagesBelow() and tablesBelow() go through folders in order, and not into links", async () => {
  await tree(
    ["b/2.png", "b/c/1.jpg", "a.webp", ".git/1.png", "b/x.parquet", "real/y.parquet", "b.txt"],
    async (data) => {
      await Deno.symlink(data, `${data}/b/round`);
      assertEquals(await Array.fromAsync(imagesBelow(data)), ["a.webp", "b/2.png", "b/c/1.jpg"]);
      assertEquals(await Array.fromAsync(imagesBelow(`${data}/none`)), []);
      assertEquals(await Array.fromAsync(tablesBelow(data, { but: "real" })), ["b/x.parquet"]);
      assertEquals(await folderNames(`${data}/b`), ["c", "round"]);
      assertEquals(await folderNames(`${data}/none`), null);
    },
  );
});

Deno.test("holdsImages() looks below only where it is told to", async () => {
  await tree(["a/b/1.png", "c/1.txt"], async (data) => {
    const asked = [["a/b", false], ["a", false], ["a", true], ["c", true], ["none", true]] as const;
    const held = await Promise.all(asked.map(([folder, deep]) => holdsImages(`${data}/${folder}`, { deep })));
    assertEquals(held, [true, false, true, false, false]);
  });
});
