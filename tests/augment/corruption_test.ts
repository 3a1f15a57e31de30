import {
  corrupted,
  type Corruption,
  corruptionName,
  corruptionOf,
  openSeen,
  parseSeen,
} from "../../lib/augment/corruption.ts";
import { gaussianBlur } from "../../lib/augment/blur.ts";
import { cropImage } from "../../lib/image/crop.ts";
import { type Image, wholeImage } from "../../lib/image/decode.ts";
import { jpegRoundTrip } from "../../lib/image/jpeg_round_trip.ts";
import { resizeLikeOpenCv } from "../../lib/image/opencv_resize.ts";
import { resizeLikePillow } from "../../lib/image/pillow_resize.ts";
import { random } from "../../lib/random.ts";
import { parseCorruption } from "../../lib/report/corruptions.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";

function picture(width: number, height: number): Image {
  const draw = random(1, "corruption", width);
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => 60 + draw.integer(40) + (i / 3 % width) * 100 / width,
  );
  return { data, width, height };
}

const sample = { id: "a/1.png", file: "/data/a/1.png", label: "fake" as const };

async function seen(image: Image, corruption: Corruption, part?: Parameters<typeof cropImage>[1]): Promise<Image> {
  const { seen } = parseSeen(corrupted(sample, corruption).file);
  return await openSeen(wholeImage(image), seen!).pixels(part);
}

Deno.test("each step of a corruption gives the pixels of what it is named after", async () => {
  const image = picture(50, 37);
  assertEquals(await seen(image, { jpeg: 50 }), await jpegRoundTrip(image, { quality: 50 }));
  assertEquals(await seen(image, { blur: 1.5 }), gaussianBlur(image, 1.5));
  assertEquals(await seen(image, { scale: 0.5 }), resizeLikeOpenCv(image, { width: 25, height: 18 }));
  const resized = resizeLikePillow(image, { width: 32, height: 32, filter: "bicubic" });
  assertEquals(await seen(image, { resize: 32 }), resized);
  assertEquals(await seen(image, { crop: 0.8 }), cropImage(image, { x: 5, y: 3, width: 40, height: 30 }));
});

Deno.test("noise has the deviation that is asked for, equal for one id and other for others", async () => {
  const grey: Image = { data: new Uint8Array(120 * 100 * 3).fill(128), width: 120, height: 100 };
  const { data } = await seen(grey, { noise: 8 });
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  assertClose(mean, 127.5, 0.2); // sums are cut to whole numbers
  assertClose(Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length), 8, 0.1);
  assertEquals((await seen(grey, { noise: 8 })).data, data);
  const other = parseSeen(corrupted({ ...sample, id: "a/2.png" }, { noise: 8 }).file);
  assert((await openSeen(wholeImage(grey), other.seen!).pixels()).data.some((value, i) => value !== data[i]));
  const elsewhere = corrupted({ ...sample, file: "/mnt/a/1.png" }, { noise: 8 });
  assertEquals(parseSeen(elsewhere.file).seen, parseSeen(corrupted(sample, { noise: 8 }).file).seen);
});

Deno.test("steps are done in one order, and a part of their result is that part of all of it", async () => {
  const image = picture(90, 70);
  const all = { jpeg: 60, crop: 0.9, scale: 0.75, blur: 0.8, noise: 3 };
  const whole = await seen(image, all);
  assertEquals([whole.width, whole.height], [60, 47]);
  const part = { x: 17, y: 9, width: 30, height: 21 };
  assertEquals(await seen(image, all, part), cropImage(whole, part));
  const cut = cropImage(image, { x: 4, y: 3, width: 81, height: 63 });
  const made = await jpegRoundTrip(resizeLikeOpenCv(cut, { width: 60, height: 47 }), { quality: 60 });
  assertEquals(await seen(image, { scale: 0.75, jpeg: 60, crop: 0.9 }), made);
});

Deno.test("a corruption has a name that tells what is done, and to whom", () => {
  const named: [Corruption, string, string, number][] = [
    [{ jpeg: 50 }, "jpeg-50", "jpeg", 50],
    [{ jpeg: 96, only: "fake" }, "jpeg-96 on fakes", "jpeg on fakes", 96],
    [{ jpeg: 50, crop: 0.8 }, "crop-0.8+jpeg-50", "crop-0.8+jpeg", 50],
    [{ noise: 1e-7, only: "real" }, "noise-1e-7 on photographs", "noise on photographs", 1e-7],
  ];
  for (const [corruption, name, kind, strength] of named) {
    assertEquals(corruptionName(corruption), name);
    assertEquals(parseCorruption(name), { kind, strength });
    assertEquals(corruptionName(corruptionOf(name)), name);
  }
  assertEquals(["", "tiles", "jpeg", "jpeg-50 on cats"].map(parseCorruption), [null, null, null, null]);
});

Deno.test("a corruption of fakes leaves photographs as they are", () => {
  const real = { ...sample, label: "real" as const };
  assertEquals(corrupted(real, { jpeg: 96, only: "fake" }), real);
  const twice = `${sample.file}#jpeg=90`;
  const { file, seen } = parseSeen(corrupted({ ...sample, file: twice }, { jpeg: 96, only: "fake" }).file);
  assertEquals([file, seen?.steps], [twice, [["jpeg", 96]]]);
  assertEquals(parseSeen(twice), { file: twice, seen: null });
});

Deno.test("a corruption that does nothing, or what nobody knows, is refused", () => {
  const refused = (corruption: object, message: string) =>
    assertThrows(() => corruptionName(corruption), Error, message);
  refused({}, "which does nothing, expected some of crop, scale, resize, blur, noise, jpeg");
  refused({ only: "fake" }, "which does nothing");
  refused({ jpg: 50 }, 'unknown step "jpg", did you mean "jpeg"?');
  refused({ jpeg: 0 }, "corruption.jpeg: given 0, expected a whole number from 1 to 100");
  refused({ crop: 1 }, "corruption.crop: given 1, expected a number > 0 and < 1");
  refused({ jpeg: 50, only: "cats" }, "corruption.only");
  for (const name of ["", "jpeg", "jpg-50", "jpeg-50 on cats", "jpeg-50+", "constructor-5"]) {
    assertThrows(() => corruptionOf(name), RangeError, `given "${name}", expected steps with their strength`);
  }
  assertThrows(() => corruptionOf("jpeg-0"), RangeError, "from 1 to 100");
  refused(null as unknown as object, "given null, expected an object as { jpeg: 50 }");
});
