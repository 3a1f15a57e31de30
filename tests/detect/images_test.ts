import { crop } from "../../lib/augment/mod.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { explanationPath, imagesAt, readImage, Refused } from "../../lib/detect/images.ts";
import { random } from "../../lib/random.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** Noise, as PNG. */
async function noise(width: number, height: number): Promise<Uint8Array> {
  const draw = random(1, "noise", width, height);
  return await encodeImage({
    width,
    height,
    data: Uint8Array.from({ length: width * height * 3 }, () => draw.integer(256)),
  }, { format: "png" });
}

Deno.test("imagesAt() finds a file, and all images below a folder but those that explain others", async () => {
  const root = `${folder}/all`;
  await Deno.mkdir(`${root}/deep`, { recursive: true });
  for (const name of ["b.png", "a.jpg", "a.jpg.explained.png", "deep/c.webp", "notes.txt"]) {
    await Deno.writeTextFile(`${root}/${name}`, "");
  }
  assertEquals(await imagesAt(root), ["a.jpg", "b.png", "deep/c.webp"].map((name) => `${root}/${name}`));
  assertEquals(await imagesAt(`${root}/notes.txt`), [`${root}/notes.txt`]); // whoever names a file wants it judged
  await assertRejects(() => imagesAt(`${root}/none`), Deno.errors.NotFound, "no such file or folder");
  await Deno.mkdir(`${folder}/empty`);
  await assertRejects(() => imagesAt(`${folder}/empty`), RangeError, "found no image in the folder");
});

Deno.test("readImage() takes bytes as it takes the file of them, and tells the header", async () => {
  const bytes = await noise(40, 30);
  await Deno.writeFile(`${folder}/one.png`, bytes);
  const view = crop({ size: 16 });
  const [file, given] = [`${folder}/one.png`, { name: "-", bytes }];
  const [a, b] = [await readImage(file, { view, looked: null }), await readImage(given, { view, looked: null })];
  assertEquals(a, b);
  assertEquals([a.seen.width, a.seen.height, a.header.width, a.header.format, a.stored], [16, 16, 40, "png", null]);
});

Deno.test("readImage() refuses what is no image, not there, or a folder, by its name", async () => {
  const view = crop({ size: 16 });
  const read = (given: Parameters<typeof readImage>[0]) => () => readImage(given, { view, looked: null });
  await assertRejects(read(`${folder}/none.png`), Refused, `"${folder}/none.png": there is no such file`);
  await assertRejects(read(folder), Refused, "it is a folder");
  await assertRejects(read({ name: "-", bytes: new TextEncoder().encode("hello") }), Refused, 'Cannot decode "-"');
  const cut = (await noise(64, 64)).slice(0, 500);
  await assertRejects(read({ name: "cut.png", bytes: cut }), Refused, '"cut.png"');
});

Deno.test("readImage() tells of an image that was JPEG before", async () => {
  const draw = random(2, "soft");
  const [width, height] = [256, 256];
  const waves = Array.from({ length: 12 }, () => [draw.uniform(), draw.uniform(), draw.uniform() * 6]);
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    const value = waves.reduce((sum, [u, v, phase]) => sum + Math.sin(u * x + v * y + phase), 0);
    return Math.max(0, Math.min(255, 128 + 14 * value));
  });
  const view = crop({ size: 16 });
  const once = await encodeImage({ data, width, height }, { format: "jpeg", quality: 50 });
  const { decodeImage } = await import("../../lib/image/decode.ts");
  const twice = await encodeImage(await decodeImage(once), { format: "jpeg", quality: 90 });
  const { stored } = await readImage({ name: "-", bytes: twice }, { view, looked: null });
  assert(
    stored?.includes("stored as JPEG before, at a quality near ") && stored.endsWith("and is JPEG again"),
    `${stored}`,
  );
});

Deno.test("explanationPath() lies beside a file, and at hand for bytes", () => {
  assertEquals(explanationPath("a/b.jpg"), "a/b.jpg.explained.png");
  assertEquals(explanationPath({ name: "a/b.jpg", bytes: new Uint8Array() }), "b.jpg.explained.png");
  assertEquals(explanationPath({ name: "-", bytes: new Uint8Array(), explained: "c.png" }), "c.png");
});
