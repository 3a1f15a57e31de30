import { imageNames, stem } from "../../lib/layouts/files.ts";
import { assertEquals } from "../assert.ts";

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
