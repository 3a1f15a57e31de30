import { decodeImage, type Image } from "../../lib/image/decode.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { jpegRoundTrip } from "../../lib/image/jpeg_round_trip.ts";
import { random } from "../../lib/random.ts";
import { assertEquals, assertRejects } from "../assert.ts";

/** Noise, black and white, or slopes: what a block may hold at the most, and what photographs hold. */
function picture(seed: number, [width, height]: readonly [number, number]): Image {
  const draw = random(seed, "picture");
  const kind = draw.integer(3);
  const value = (i: number) => {
    if (kind === 0) return draw.integer(256);
    if (kind === 1) return draw.integer(2) * 255;
    return Math.min(255, Math.max(0, 128 + 100 * Math.sin(i / 50) + draw.integer(20)));
  };
  return { data: Uint8Array.from({ length: width * height * 3 }, (_, i) => value(i)), width, height };
}

Deno.test("jpegRoundTrip() gives every value that sharp's encoder and decoder give, at every quality and size", async () => {
  const rounds = Deno.env.get("COUNTERPROOF_FULL") === "1" ? 20 : 2;
  for (let i = 0; i < 100 * rounds; i++) {
    const draw = random(i, "size");
    // small ones too: narrower than a block, and than what colour is smoothed over
    const size = [1 + draw.integer(i % 3 === 0 ? 8 : 90), 1 + draw.integer(i % 5 === 0 ? 8 : 90)] as const;
    const image = picture(i, size);
    const before = image.data.slice();
    const quality = 1 + i % 100;
    const stored = await decodeImage(await encodeImage(image, { format: "jpeg", quality }));
    assertEquals(await jpegRoundTrip(image, { quality }), stored, `${size} at quality ${quality}`);
    assertEquals(image.data, before);
  }
});

Deno.test("jpegRoundTrip() may take red for blue", async () => {
  const image = picture(1, [33, 21]);
  const swapped = ({ data, ...sides }: Image): Image => ({
    ...sides,
    data: data.map((_, i) => data[i - i % 3 + 2 - i % 3]),
  });
  const stored = await decodeImage(await encodeImage(swapped(image), { format: "jpeg", quality: 60 }));
  assertEquals(await jpegRoundTrip(image, { quality: 60, exchanged: true }), swapped(stored));
});

Deno.test("jpegRoundTrip() takes large images one after the other, and calls at once do not disturb one another", async () => {
  const images = [picture(2, [3000, 2000]), picture(3, [40, 40]), picture(4, [2000, 3000])];
  const made = await Promise.all(images.map((image) => jpegRoundTrip(image, { quality: 80 })));
  for (const [i, image] of images.entries()) {
    const stored = await decodeImage(await encodeImage(image, { format: "jpeg", quality: 80 }));
    assertEquals(made[i].data.findIndex((value, k) => value !== stored.data[k]), -1);
  }
});

Deno.test("jpegRoundTrip() refuses what is no quality", async () => {
  await assertRejects(() => jpegRoundTrip(picture(1, [4, 4]), { quality: 0 }), RangeError, "quality 0");
});
