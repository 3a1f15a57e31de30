import { join } from "node:path";
import { cropImage } from "../../lib/image/crop.ts";
import { decodeImage, type Image } from "../../lib/image/decode.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { jpegHistory, stepsOf, TOLD } from "../../lib/image/double_jpeg.ts";
import { resizeShortSide } from "../../lib/image/resize.ts";
import { quantisationTables } from "../../lib/image/headers/quality.ts";
import { shippedWorld } from "../../lib/layouts/pocket.ts";
import { assert, assertEquals } from "../assert.ts";

const full = Deno.env.get("COUNTERPROOF_FULL") === "1";

/** Photographs without a trace of how they were stored before: shrunk to a fraction. */
async function photographs(): Promise<Image[]> {
  const folder = join(shippedWorld, "photographs");
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).filter((name) =>
    name.endsWith(".webp")
  ).sort();
  const made: Image[] = [];
  for (const name of names.filter((_, i) => i % (full ? 6 : 24) === 3)) {
    const image = await resizeShortSide(await decodeImage(join(folder, name)), 400);
    made.push(cropImage(image, { x: 0, y: 0, width: Math.min(512, image.width), height: 400 }));
  }
  return made;
}

const pictures = await photographs();

/** The bytes of a picture stored at one quality after the other. */
async function stored(image: Image, qualities: readonly number[]): Promise<Uint8Array> {
  let bytes = new Uint8Array();
  let seen = image;
  for (const quality of qualities) {
    bytes = await encodeImage(seen, { format: "jpeg", quality }) as Uint8Array<ArrayBuffer>;
    seen = await decodeImage(bytes);
  }
  return bytes;
}

async function historyOf(bytes: Uint8Array) {
  return jpegHistory(await decodeImage(bytes), stepsOf(bytes))!;
}

/** The share of pictures that an earlier storing is told of. */
async function shareTold(qualities: readonly (readonly number[])[]): Promise<number> {
  let told = 0;
  for (const each of qualities) {
    for (const picture of pictures) {
      const history = each.length === 0 ? jpegHistory(picture, null)! : await historyOf(await stored(picture, each));
      if (history.gain >= TOLD) told++;
    }
  }
  return told / (qualities.length * pictures.length);
}

Deno.test("jpegHistory() tells nothing of photographs that were stored once, or never", async () => {
  assertEquals(await shareTold([[], [60], [75], [85], [95], ...(full ? [[50], [70], [80], [90]] : [])]), 0);
});

Deno.test("jpegHistory() tells of most that were stored again at a higher quality, and the first one", async () => {
  const twice = [[60, 90], [70, 80], [75, 90], [50, 85], ...(full ? [[60, 75], [70, 95], [80, 90], [80, 95]] : [])];
  const share = await shareTold(twice);
  assert(share >= 0.75, `told of ${share}`);
  for (const [i, picture] of pictures.entries()) {
    const { earlier } = await historyOf(await stored(picture, [60, 90]));
    assert(Math.abs(earlier - 60) <= 4, `picture ${i}: an earlier quality of ${earlier}, expected about 60`);
  }
});

Deno.test("jpegHistory() tells of lossless pictures that had been JPEG", async () => {
  for (const picture of pictures) {
    const { earlier, gain } = jpegHistory(await decodeImage(await stored(picture, [60])), null)!;
    assert(gain >= TOLD && Math.abs(earlier - 60) <= 4, `gain ${gain}, quality ${earlier}`);
  }
});

Deno.test("jpegHistory() cannot tell of a picture with few blocks", () => {
  assertEquals(jpegHistory(cropImage(pictures[0], { x: 0, y: 0, width: 64, height: 64 }), null), null);
});

Deno.test("stepsOf() reads the table of luminance, and none where there is none", async () => {
  assertEquals(stepsOf(await stored(pictures[0], [70])), [...quantisationTables(70)[0]]);
  assertEquals(stepsOf(await encodeImage(pictures[0], { format: "png" })), null);
  assertEquals(stepsOf(new Uint8Array([0xff, 0xd8, 0xff])), null);
});
