import { cropImage } from "../../lib/image/crop.ts";
import { decodeImage, type Image, openImage, type Rectangle, UnreadableImage } from "../../lib/image/decode.ts";
import { encodeImage, type Encoding } from "../../lib/image/encode.ts";
import { type Random, random } from "../../lib/random.ts";
import { assert, assertEquals } from "../assert.ts";

const draw = random(1, "picture");
const picture: Image = {
  data: Uint8Array.from({ length: 160 * 120 * 3 }, (_, i) => 128 + 90 * Math.sin(i / 70) + draw.integer(30)),
  width: 160,
  height: 120,
};

function rectangle(draw: Random): Rectangle {
  const [width, height] = [1 + draw.integer(160), 1 + draw.integer(120)];
  return { x: draw.integer(161 - width), y: draw.integer(121 - height), width, height };
}

Deno.test("a rectangle of an opened image is that of the decoded one, whatever it is stored as", async () => {
  const encodings: Encoding[] = [
    { format: "jpeg", quality: 90 },
    { format: "jpeg", quality: 40, subsample: false },
    { format: "png" },
    { format: "webp", quality: 80 },
  ];
  for (const encoding of encodings) {
    const bytes = await encodeImage(picture, encoding);
    const [whole, image] = await Promise.all([decodeImage(bytes), openImage(bytes)]);
    assertEquals([image.width, image.height], [160, 120]);
    for (let i = 0; i < 20; i++) {
      const part = rectangle(random(i, "part"));
      assertEquals(await image.pixels(part), cropImage(whole, part), JSON.stringify([encoding, part]));
    }
    assertEquals(await image.pixels(), whole);
  }
});

/** Damaged somewhere: cut off, bytes that are others, bytes that are missing. */
function damaged(bytes: Uint8Array, draw: Random): Uint8Array {
  const kind = draw.integer(3);
  const at = 200 + draw.integer(bytes.length - 300);
  if (kind === 0) return bytes.slice(0, at);
  if (kind === 1) return Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(at + 1 + draw.integer(60)));
  const made = bytes.slice();
  for (let count = 1 + draw.integer(4); count > 0; count--) made[draw.integer(made.length)] = draw.integer(256);
  return made;
}

Deno.test("a damaged file is refused in a rectangle where it is as a whole, and else has the same pixels", async () => {
  const bytes = await encodeImage(picture, { format: "jpeg", quality: 85 });
  let refused = 0;
  const count = Deno.env.get("COUNTERPROOF_FULL") === "1" ? 3000 : 300;
  for (let i = 0; i < count; i++) {
    const draw = random(i, "damage");
    const file = damaged(bytes, draw);
    const part = { x: 16, y: 5, width: 60, height: 30 };
    const whole = await decodeImage(file).catch(because);
    const seen = await openImage(file).then((image) => image.pixels(part)).catch(because);
    if (typeof whole === "string") refused++;
    const fits = typeof whole !== "string" && whole.width >= 76 && whole.height >= 35;
    if (typeof whole === "string" || fits) assertEquals(seen, fits ? cropImage(whole, part) : whole, `file ${i}`);
  }
  assert(refused > count / 10 && refused < count, `${refused} of ${count} files were refused`);
});

function because(error: unknown): string {
  assert(error instanceof UnreadableImage, String(error));
  return error.message;
}
