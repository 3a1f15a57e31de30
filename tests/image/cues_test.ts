import { cues, cuesOf } from "../../lib/image/cues.ts";
import { decodeImage } from "../../lib/image/decode.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertRejects } from "../assert.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

const size = 16;
const picture = (value: (x: number, y: number, channel: number) => number) => ({
  data: Uint8Array.from(
    { length: size * size * 3 },
    (_, i) => value(Math.floor(i / 3) % size, Math.floor(i / 3 / size), i % 3),
  ),
  width: size,
  height: size,
});

Deno.test("the mean and the saturation of a flat colour are read off", async () => {
  const flat = picture((_x, _y, channel) => [30, 60, 120][channel]);
  assertClose(await cues["mean"](flat), 70, 1e-9);
  assertClose(await cues["saturation"](flat), 90, 1e-9);
  assertClose(await cues["high-pass energy"](flat), Math.log(1e-3), 1e-9);
});

Deno.test("columns of alternating grey have half their contrast above the blur", async () => {
  // the blur of ±10 across is 0: what it takes away is ±10, mean square 100
  const stripes = picture((x) => 100 + (x % 2 === 0 ? 10 : -10));
  assertClose(await cues["high-pass energy"](stripes), Math.log(100 + 1e-3), 1e-9);
  assert(await cues["chroma high-pass"](stripes) < Math.log(0.02 / 100));
});

Deno.test("blocks of four show as a step at 4, and steps elsewhere as none", async () => {
  const blocks = picture((x) => Math.floor(x / 4) % 2 * 40);
  assert(await cues["step at 4"](blocks) > 100);
  const between = picture((x) => Math.floor((x + 2) / 4) % 2 * 40);
  assert(await cues["step at 4"](between) < 0.01);
});

Deno.test("noise is stored larger than a flat picture", async () => {
  const draw = random(1, "noise");
  assert(await cues["stored size"](picture(() => draw.integer(256))) > await cues["stored size"](picture(() => 7)));
});

Deno.test("the stored size of one picture given twice the bytes grows by the logarithm of two", async () => {
  const flat = picture(() => 7);
  const [once, twice] = [
    await cues["stored size"]({ ...flat, bytes: 50 }),
    await cues["stored size"]({ ...flat, bytes: 100 }),
  ];
  assertClose(once, Math.log(50 / size ** 2), 1e-12);
  assertClose(twice - once, Math.log(2), 1e-12);
});

Deno.test("every cue of the smallest pictures is a number", async () => {
  for (const [width, height] of [[1, 1], [2, 5], [4, 2], [5, 1]]) {
    const image = { data: new Uint8Array(width * height * 3).fill(9), width, height };
    for (const [name, cue] of Object.entries(cues)) assert(Number.isFinite(await cue(image)), `${name} of ${width}`);
  }
});

Deno.test("cuesOf() takes the size of a file, and of a rectangle that of its own WebP", async () => {
  const draw = random(3, "noise");
  const image = picture(() => draw.integer(256));
  const jpeg = await encodeImage(image, { format: "jpeg", quality: 40 });
  await Deno.writeFile(`${folder}/whole.jpg`, jpeg);
  const whole = await cuesOf(`${folder}/whole.jpg`);
  assertEquals(whole.length, Object.keys(cues).length);
  assertClose(whole[6], Math.log(jpeg.length / size ** 2), 1e-12);
  const part = await cuesOf(`${folder}/whole.jpg#xywh=0,0,16,16`);
  const own = await encodeImage(await decodeImage(jpeg), { format: "webp", lossless: true, effort: 2 });
  assertClose(part[6], Math.log(own.length / size ** 2), 1e-12);
  assertEquals(part.slice(0, 6), whole.slice(0, 6));
});

Deno.test("cuesOf() measures a file anew when it has changed, and says which it cannot read", async () => {
  const file = `${folder}/changing.png`;
  await Deno.writeFile(file, await encodeImage(picture(() => 7), { format: "png" }));
  assertEquals((await cuesOf(file))[0], 7);
  await Deno.writeFile(file, await encodeImage(picture((x) => x + 100), { format: "png" }));
  await Deno.utime(file, 1, 1);
  assertEquals((await cuesOf(file))[0], 107.5);
  await Deno.writeTextFile(file, "no image");
  await assertRejects(() => cuesOf(file), TypeError, `Cannot decode "${file}"`);
  await Deno.remove(file);
  await assertRejects(() => cuesOf(file), Deno.errors.NotFound, `Cannot read the image "${file}"`);
});

Deno.test("an image that is stored anew has the cues that its new file would have", async () => {
  const draw = random(5, "anew");
  const image = picture(() => draw.integer(256));
  const [plain, jpeg] = [`${folder}/plain.png`, `${folder}/anew.jpg`];
  await Deno.writeFile(plain, await encodeImage(image, { format: "png" }));
  await Deno.writeFile(jpeg, await encodeImage(image, { format: "jpeg", quality: 40 }));
  assertEquals(await cuesOf(`${plain}#jpeg=40`), await cuesOf(jpeg));
});
