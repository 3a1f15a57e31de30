import sharp from "sharp";
import { encodeImage } from "../../lib/image/encode.ts";
import { seenHeader } from "../../lib/image/seen_header.ts";
import { scene } from "../audit/planted.ts";
import { assertEquals, assertRejects } from "../assert.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

const image = scene(2, { width: 40, height: 24 });

Deno.test("the header of a file, of a rectangle, and of either stored anew", async () => {
  const file = `${folder}/a.png`;
  await Deno.writeFile(file, await encodeImage(image, { format: "png" }));
  const { format, width, height, quality } = await seenHeader(file);
  assertEquals([format, width, height, quality], ["png", 40, 24, null]);
  const cut = await seenHeader(`${file}#xywh=1,2,8,9`);
  assertEquals([cut.format, cut.width, cut.height], ["png", 8, 9]);
  const anew = await seenHeader(`${file}#xywh=1,2,8,9#webp=80#jpeg=70`);
  assertEquals([anew.format, anew.width, anew.height, anew.quality, anew.subsampling], ["jpeg", 8, 9, 70, "4:2:0"]);
});

Deno.test("an image stored anew has the header that its new file would have", async () => {
  const [plain, jpeg] = [`${folder}/b.png`, `${folder}/b.jpg`];
  await Deno.writeFile(plain, await encodeImage(image, { format: "png" }));
  await Deno.writeFile(jpeg, await encodeImage(image, { format: "jpeg", quality: 77 }));
  assertEquals(await seenHeader(`${plain}#jpeg=77`), await seenHeader(jpeg));
  const webp = `${folder}/b.webp`;
  await Deno.writeFile(webp, await encodeImage(image, { format: "webp", quality: 77 }));
  assertEquals(await seenHeader(`${plain}#webp=77`), await seenHeader(webp));
});

Deno.test("an image that EXIF turns is as wide as it stands upright", async () => {
  const raw = { width: 40, height: 24, channels: 3 } as const;
  const file = `${folder}/turned.jpg`;
  await Deno.writeFile(file, await sharp(image.data, { raw }).jpeg().withMetadata({ orientation: 6 }).toBuffer());
  const { width, height } = await seenHeader(file);
  assertEquals([width, height], [24, 40]);
});

Deno.test("what is no image is refused, also under a rectangle, and again when asked again", async () => {
  const file = `${folder}/no.png`;
  await Deno.writeTextFile(file, "<html>");
  for (const name of [file, `${file}#xywh=0,0,1,1`, `${file}#xywh=0,0,1,1`, `${file}#jpeg=5`]) {
    await assertRejects(() => seenHeader(name), TypeError, "no.png");
  }
  await assertRejects(() => seenHeader(`${folder}/none.png`), Deno.errors.NotFound);
});
