import { flip } from "../../lib/augment/flip.ts";
import { augmentImage } from "../../lib/augment/pipeline.ts";
import type { Image } from "../../lib/image/decode.ts";
import { random } from "../../lib/random.ts";
import { assertEquals, assertThrows } from "../assert.ts";

Deno.test("flip() exchanges left and right, and is undone by itself", async () => {
  const image: Image = { data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), width: 2, height: 2 };
  const flipped = await augmentImage(image, [flip({ p: 1 })], random(1));
  assertEquals([...flipped.data], [4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9]);
  assertEquals(await augmentImage(flipped, [flip({ p: 1 })], random(1)), image);
});

Deno.test("flip() refuses what is no probability", () => {
  assertThrows(() => flip({ p: 1.1 }), RangeError, "flip.p: given 1.1, expected a number from 0 to 1");
});
