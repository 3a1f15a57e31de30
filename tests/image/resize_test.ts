import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import type { Image } from "../../lib/image/decode.ts";
import { resizeLikeOpenCv } from "../../lib/image/opencv_resize.ts";
import { resizeLikePillow } from "../../lib/image/pillow_resize.ts";
import { type ResizeFilter, resizeImage, resizeShortSide } from "../../lib/image/resize.ts";

/** What bench/peers/resize.py recorded. */
const { cases }: {
  cases: { before: [number, number]; after: [number, number]; by: ResizeFilter; pixels: string }[];
} = JSON.parse(await Deno.readTextFile(new URL("recorded/resize.json", import.meta.url)));

/** The noise of bench/peers/resize.py: a recurrence, and every fourth value white. */
function recordedNoise([width, height]: [number, number]): Image {
  let state = 1;
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return i % 4 === 0 ? 255 : state >>> 24;
  });
  return { data, width, height };
}

const flat = (width: number, height: number, value: number) => ({
  data: new Uint8Array(width * height * 3).fill(value),
  width,
  height,
});

Deno.test("resizeImage() leaves a flat image flat, at any size and with any filter", async () => {
  for (const filter of ["lanczos", "cubic", "linear", "nearest"] as const) {
    const resized = await resizeImage(flat(13, 9, 77), { width: 7, height: 21, filter });
    assertEquals(resized, flat(7, 21, 77));
  }
});

Deno.test("resizeImage() averages away what the smaller size cannot show", async () => {
  const board = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => ((i / 3 | 0) + (i / 192 | 0)) % 2 * 255);
  const { data } = await resizeImage({ data: board, width: 64, height: 64 }, { width: 16, height: 16 });
  for (let row = 4; row < 12; row++) {
    for (let column = 4; column < 12; column++) {
      const value = data[(row * 16 + column) * 3];
      assert(Math.abs(value - 127.5) < 8, `${value} at ${row}, ${column}`);
    }
  }
});

Deno.test("resizeShortSide() keeps the proportion, upright and lying", async () => {
  const lying = await resizeShortSide(flat(200, 100, 1), 32);
  assertEquals([lying.width, lying.height], [64, 32]);
  const upright = await resizeShortSide(flat(60, 91, 1), 32);
  assertEquals([upright.width, upright.height], [32, 49]);
});

Deno.test("resizeImage() refuses a side of no pixels", async () => {
  await assertRejects(() => resizeImage(flat(4, 4, 0), { width: 0, height: 4 }), RangeError, "0 × 4");
});

Deno.test("resizeImage() gives the very pixels of Pillow's filters and of OpenCV's bilinear, larger, smaller, halved", async () => {
  for (const { before, after: [width, height], by, pixels } of cases) {
    const resized = await resizeImage(recordedNoise(before), { width, height, filter: by });
    const want = { data: Uint8Array.fromBase64(pixels), width, height };
    assertEquals(resized, want, `${by} from ${before.join(" × ")} to ${width} × ${height}`);
  }
  assertEquals(new Set(cases.map(({ by }) => by)).size, 6);
});

Deno.test("resizeImage() has filters of sharp's that are not Pillow's, by more than rounding", async () => {
  const likest = { "pillow-bilinear": "linear", "pillow-bicubic": "cubic", "pillow-lanczos": "lanczos" } as const;
  for (const { before, after: [width, height], by, pixels } of cases) {
    if (!(by in likest) || before.join() !== "64,48") continue; // to 9 × 7: libvips averages blocks first
    const filter = likest[by as keyof typeof likest];
    const { data } = await resizeImage(recordedNoise(before), { width, height, filter });
    const want = Uint8Array.fromBase64(pixels);
    const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - want[i])), 0);
    assert(worst > 4, `${filter} is ${worst} from ${by}`);
  }
});

Deno.test("resizeLikePillow() and resizeLikeOpenCv() own what they return, and refuse a side of no pixels", () => {
  const image = flat(4, 3, 9);
  for (
    const resize of [
      (size: { width: number; height: number }) => resizeLikePillow(image, { ...size, filter: "bilinear" }),
      (size: { width: number; height: number }) => resizeLikeOpenCv(image, size),
    ]
  ) {
    resize({ width: 4, height: 3 }).data.fill(0);
    assertEquals(image, flat(4, 3, 9));
    assertThrows(() => resize({ width: 4, height: 1.5 }), RangeError, "4 × 1.5");
  }
});
