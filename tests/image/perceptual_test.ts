import { decodeImage, type Image } from "../../lib/image/decode.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { bitsApart, pictureCode } from "../../lib/image/perceptual.ts";
import { resizeImage } from "../../lib/image/resize.ts";
import { random } from "../../lib/random.ts";
import { scene } from "../audit/planted.ts";
import { assert, assertEquals } from "../assert.ts";

const scenes = Array.from({ length: 24 }, (_, n) => scene(n, { width: 160, height: 120 }));
const codes = await Promise.all(scenes.map(pictureCode));

type Code = readonly [number, number];
const apart = (a: Code, b: Code): number => bitsApart(a[0], b[0]) + bitsApart(a[1], b[1]);

Deno.test("bitsApart() counts the bits that differ", () => {
  assertEquals([bitsApart(0, 0), bitsApart(0xffffffff, 0), bitsApart(0b1011, 0b0010), bitsApart(1 << 31, 0)], [
    0,
    32,
    2,
    1,
  ]);
  const draw = random(1, "bits");
  for (let i = 0; i < 200; i++) {
    const [a, b] = [0, 1].map(() => draw.integer(2 ** 32) >>> 0);
    assertEquals(bitsApart(a, b), [...((a ^ b) >>> 0).toString(2)].filter((bit) => bit === "1").length);
  }
});

Deno.test("half of the bits of the frequencies are set", () => {
  for (const { frequencies } of codes) assertEquals(apart(frequencies, [0, 0]), 32);
});

const changes: readonly (readonly [string, (image: Image) => Promise<Image>])[] = [
  ["JPEG of quality 50", async (image) => decodeImage(await encodeImage(image, { format: "jpeg", quality: 50 }))],
  ["WebP of quality 40", async (image) => decodeImage(await encodeImage(image, { format: "webp", quality: 40 }))],
  ["half the size", (image) => resizeImage(image, { width: 80, height: 60 })],
  ["two thirds of the size, stored as JPEG", async (image) => {
    const smaller = await resizeImage(image, { width: 107, height: 80, filter: "cubic" });
    return decodeImage(await encodeImage(smaller, { format: "jpeg", quality: 70 }));
  }],
  ["brighter", (image) => Promise.resolve({ ...image, data: image.data.map((value) => Math.min(255, value + 12)) })],
];

for (const [name, change] of changes) {
  Deno.test(`a picture keeps its code: ${name}`, async () => {
    for (const [n, image] of scenes.entries()) {
      const changed = await pictureCode(await change(image));
      const bits = [apart(codes[n].frequencies, changed.frequencies), apart(codes[n].steps, changed.steps)];
      assert(bits[0] <= 6 && bits[1] <= 16, `scene ${n}: ${bits}`);
    }
  });
}

Deno.test("pictures of other things have other codes", () => {
  let nearest = 64;
  for (const [i, a] of codes.entries()) {
    for (const b of codes.slice(0, i)) nearest = Math.min(nearest, apart(a.frequencies, b.frequencies));
  }
  assert(nearest > 10, `two scenes are ${nearest} bits apart`);
});

Deno.test("a flat picture is known by its contrast", async () => {
  const { contrast } = await pictureCode({ data: new Uint8Array(30 * 20 * 3).fill(9), width: 30, height: 20 });
  assertEquals(contrast, 0);
  for (const code of codes) assert(code.contrast > 4, `${code.contrast}`);
});
