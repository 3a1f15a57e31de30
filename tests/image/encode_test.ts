import { assert, assertEquals, assertRejects } from "../assert.ts";
import { decodeImage } from "../../lib/image/decode.ts";
import { encodeImage } from "../../lib/image/encode.ts";

const ramp = (size: number) => {
  const data = Uint8Array.from({ length: size * size * 3 }, (_, i) => ((i / 3 | 0) % size) * 255 / (size - 1));
  return { data, width: size, height: size };
};

const error = (a: Uint8Array, b: Uint8Array) => a.reduce((sum, x, i) => sum + (x - b[i]) ** 2, 0) / a.length;

Deno.test("encodeImage() as JPEG gives the same pixels with and without tables made for the image", async () => {
  const image = ramp(48);
  const [made, standard] = await Promise.all(
    [true, false].map((optimise) => encodeImage(image, { format: "jpeg", quality: 80, optimise })),
  );
  assert(standard.length > made.length);
  assertEquals(await decodeImage(standard), await decodeImage(made));
});

Deno.test("encodeImage() loses less at higher quality, as JPEG and as WebP", async () => {
  const image = ramp(48);
  for (const format of ["jpeg", "webp"] as const) {
    const low = await encodeImage(image, { format, quality: 10 });
    const high = await encodeImage(image, { format, quality: 95 });
    assert(low.length < high.length, `${format}: ${low.length} bytes at 10, ${high.length} at 95`);
    const [lost, kept] = [await decodeImage(low), await decodeImage(high)];
    assert(error(kept.data, image.data) < error(lost.data, image.data));
    assert(error(kept.data, image.data) < 4);
  }
});

Deno.test("encodeImage() gives the same bytes for the same pixels", async () => {
  const encoding = { format: "webp", lossless: true } as const;
  assertEquals(await encodeImage(ramp(32), encoding), await encodeImage(ramp(32), encoding));
});

Deno.test("encodeImage() keeps colour at full resolution when told not to subsample", async () => {
  const size = 16;
  const stripes = Uint8Array.from(
    { length: size * size * 3 },
    (_, i) => (i / 3 | 0) % 2 === (i % 3 === 0 ? 0 : 1) ? 255 : 0,
  );
  const image = { data: stripes, width: size, height: size };
  const half = await decodeImage(await encodeImage(image, { format: "jpeg", quality: 95 }));
  const full = await decodeImage(await encodeImage(image, { format: "jpeg", quality: 95, subsample: false }));
  assert(error(full.data, stripes) < error(half.data, stripes) / 4);
});

Deno.test("encodeImage() refuses a quality or effort outside its range and pixels that do not fill the picture", async () => {
  const image = ramp(8);
  await assertRejects(() => encodeImage(image, { format: "jpeg", quality: 0 }), RangeError, "quality 0");
  await assertRejects(() => encodeImage(image, { format: "webp", quality: 90.5 }), RangeError, "from 1 to 100");
  await assertRejects(() => encodeImage(image, { format: "webp", lossless: true, effort: 7 }), RangeError, "effort 7");
  await assertRejects(() => encodeImage({ ...image, width: 9 }, { format: "png" }), TypeError, "expected 216");
});
