import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { cropImage } from "../../lib/image/crop.ts";
import { decodeImage, forgetSheets, parseFragment } from "../../lib/image/decode.ts";
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

Deno.test("decodeImage() refuses what is not an image, a truncated one and a missing one, naming it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/notes.jpg`, "not a picture");
    await assertRejects(() => decodeImage(`${folder}/notes.jpg`), TypeError, `notes.jpg"`);
    const jpeg = await encodeImage(noise(64, 64), { format: "jpeg", quality: 90 });
    await assertRejects(() => decodeImage(jpeg.subarray(0, jpeg.length >> 1)), TypeError, "Cannot decode the");
    await assertRejects(() => decodeImage(`${folder}/none.png`), Deno.errors.NotFound, `none.png"`);
    await assertRejects(() => decodeImage(`${folder}/none.png#xywh=0,0,1,1`), Deno.errors.NotFound, `none.png"`);
    await assertRejects(() => decodeImage(new Uint8Array()), TypeError, "expected a whole image");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
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
