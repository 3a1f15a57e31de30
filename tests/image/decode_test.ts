import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { cropImage } from "../../lib/image/crop.ts";
import { decodeImage, forgetSheets, parseFragment, UnreadableImage } from "../../lib/image/decode.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { random } from "../../lib/random.ts";

const noise = (width: number, height: number, seed = 1) => {
  const draw = random(seed, "noise");
  return { data: Uint8Array.from({ length: width * height * 3 }, () => draw.integer(256)), width, height };
};

Deno.test("decodeImage() gives back the pixels that were stored losslessly, as WebP and as PNG", async () => {
  const image = noise(20, 12);
  assertEquals(await decodeImage(await encodeImage(image, { format: "webp", lossless: true })), image);
  assertEquals(await decodeImage(await encodeImage(image, { format: "png" })), image);
});

Deno.test("decodeImage() takes the rectangle that the fragment names, from a sheet it reads once", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const sheet = noise(32, 24);
    const file = `${folder}/a#b sheet.webp`;
    await Deno.writeFile(file, await encodeImage(sheet, { format: "webp", lossless: true }));
    const inside = await Promise.all([
      decodeImage(`${file}#xywh=8,4,16,10`),
      decodeImage(`${file}#xywh=0,0,32,24`),
    ]);
    assertEquals(inside[0], cropImage(sheet, { x: 8, y: 4, width: 16, height: 10 }));
    assertEquals(inside[1], sheet);
    inside[1].data.fill(0); // the caller owns its pixels: the kept sheet must not change
    assertEquals(await decodeImage(`${file}#xywh=0,0,32,24`), sheet);
    assertEquals(await decodeImage(file), sheet);
    await assertRejects(() => decodeImage(`${file}#xywh=20,0,16,10`), RangeError, "inside the image of 32 × 24");
    await assertRejects(() => decodeImage(`${file}#xywh=0,0,0,10`), RangeError, "inside the image");
  } finally {
    forgetSheets();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("decodeImage() sees a sheet that was replaced on disk", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/sheet.webp`;
    await Deno.writeFile(file, await encodeImage(noise(16, 16), { format: "webp", lossless: true }));
    await decodeImage(`${file}#xywh=0,0,8,8`);
    const other = noise(24, 16, 2);
    await Deno.writeFile(file, await encodeImage(other, { format: "webp", lossless: true }));
    const rectangle = { x: 0, y: 0, width: 24, height: 16 };
    assertEquals(await decodeImage(`${file}#xywh=0,0,24,16`), cropImage(other, rectangle));
  } finally {
    forgetSheets();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("decodeImage() refuses what is not an image and a missing one, saying what it found", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const found = {
      "notes.jpg": ["not a picture", "text"],
      "empty.jpg": ["", "empty"],
      "page.png": ["<!DOCTYPE html><html></html>", "a web page"],
      "drawing.png": ['<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>', "an SVG drawing"],
      "pointer.jpg": ["version https://git-lfs.github.com/spec/v1\n", "Git LFS"],
      "zeros.jpg": ["\0".repeat(4000), "nothing but zeros"],
      "map.png": ["BM" + "\0".repeat(60), "BMP"],
    };
    for (const [name, [content, words]] of Object.entries(found)) {
      await Deno.writeTextFile(`${folder}/${name}`, content);
      const error = await assertRejects(() => decodeImage(`${folder}/${name}`), UnreadableImage, words);
      assert(error.message.startsWith(`Cannot decode "${folder}/${name}" (`), error.message);
      assert(error.message.includes("): expected a whole image in JPEG"), error.message);
    }
    await assertRejects(() => decodeImage(folder), UnreadableImage, "it is no file");
    await assertRejects(() => decodeImage(`${folder}/none.png`), Deno.errors.NotFound, `none.png"`);
    await assertRejects(() => decodeImage(`${folder}/none.png#xywh=0,0,1,1`), Deno.errors.NotFound, `none.png"`);
    await assertRejects(() => decodeImage(`${folder}/notes.jpg#xywh=0,0,1,1`), UnreadableImage, "notes.jpg");
    assert(await assertRejects(() => decodeImage(new Uint8Array()), TypeError) instanceof UnreadableImage);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("decodeImage() reads an image by its content, whatever its name", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const image = noise(9, 7);
    await Deno.writeFile(`${folder}/misnamed.jpg`, await encodeImage(image, { format: "png" }));
    assertEquals(await decodeImage(`${folder}/misnamed.jpg`), image);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("decodeImage() refuses every file that was cut off, and makes no pixels up", async () => {
  const image = noise(24, 18);
  const cut: [string, Uint8Array][] = [
    ["jpeg", await encodeImage(image, { format: "jpeg", quality: 80 })],
    ["png", await encodeImage(image, { format: "png" })],
    ["webp", await encodeImage(image, { format: "webp", quality: 80 })],
  ];
  const others = ["jpeg-progressive.jpg", "jpeg-arithmetic.jpg", "png-interlaced.png", "webp-animated.webp", "gif.gif"];
  for (const file of [...others, "gif-interlaced.gif", "tiff.tif", "tiff-lzw.tif", "avif-444.avif"]) {
    cut.push([file, await Deno.readFile(new URL(`recorded/formats/${file}`, import.meta.url))]);
  }
  for (const [name, bytes] of cut) {
    const whole = await decodeImage(bytes);
    // what stands behind the pixels may be missing, as long as all of them come out
    let left = 0;
    for (let end = 0; end < bytes.length; end += 3) {
      const pixels = await decodeImage(bytes.subarray(0, end)).catch((error) => {
        assert(error instanceof UnreadableImage, `${name} of ${end} bytes: ${error}`);
        return null;
      });
      if (pixels === null) continue;
      assertEquals(pixels, whole, `${name} of ${end} bytes`);
      left++;
    }
    assert(left <= 8, `${name} was read ${left} times`);
  }
});

Deno.test("decodeImage() refuses a decompression bomb at its header, and files beyond the limits it is given", async () => {
  const bomb = await encodeImage(noise(8, 8), { format: "png" });
  const view = new DataView(bomb.buffer, bomb.byteOffset);
  view.setUint32(16, 60_000);
  view.setUint32(20, 60_000);
  await assertRejects(
    () => decodeImage(bomb),
    UnreadableImage,
    "it has 60000 × 60000 pixels, expected at most 89478485",
  );
  for (const file of ["jpeg-420.jpg", "png-16.png", "webp-lossy.webp", "gif.gif", "tiff-lzw.tif", "avif-444.avif"]) {
    const bytes = await Deno.readFile(new URL(`recorded/formats/${file}`, import.meta.url));
    await assertRejects(
      () => decodeImage(bytes, { pixels: 321 }),
      UnreadableImage,
      "23 × 14 pixels, expected at most 321",
    );
    assertEquals((await decodeImage(bytes, { pixels: 322 })).width, 23);
    await assertRejects(() => decodeImage(bytes, { bytes: 100 }), UnreadableImage, "bytes, expected at most 100");
  }
  // its header has 9 × 30 pixels, and its picture goes beyond them
  const beyond = new URL("recorded/formats/gif-beyond.gif", import.meta.url);
  const bytes = await Deno.readFile(beyond);
  await assertRejects(() => decodeImage(bytes, { pixels: 300 }), UnreadableImage, "reaches to 23 × 30 pixels");
  await assertRejects(
    () => decodeImage(decodeURIComponent(beyond.pathname), { bytes: 9 }),
    UnreadableImage,
    "at most 9",
  );
});

Deno.test("parseFragment() leaves other hashes in a path alone and refuses half a rectangle", () => {
  assertEquals(parseFragment("a#b.png"), { path: "a#b.png", rectangle: null });
  assertThrows(() => parseFragment("a.png#xywh=1,2,3"), RangeError, `given "1,2,3"`);
  assertThrows(() => parseFragment("a.png#xywh=percent:1,2,3,4"), RangeError, "expected");
});

Deno.test("cropImage() refuses a rectangle that leaves the image", () => {
  const image = noise(8, 8);
  assertThrows(() => cropImage(image, { x: 1, y: 0, width: 8, height: 8 }), RangeError, "8 × 8");
  assertThrows(() => cropImage(image, { x: 0.5, y: 0, width: 2, height: 2 }), RangeError, "Cannot crop");
  assert(cropImage(image, { x: 7, y: 7, width: 1, height: 1 }).data[2] === image.data[191]);
});
