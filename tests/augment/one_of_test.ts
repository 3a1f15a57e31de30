import { augmentImage } from "../../lib/augment/pipeline.ts";
import { blur, crop, flip, noise, oneOf } from "../../lib/augment/mod.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { picture } from "./recorded.ts";

Deno.test("oneOf() takes each in proportion to its probability, and does it then", async () => {
  const mirrored = (await augmentImage(picture, [flip({ p: 1 })], random(1))).data.join();
  const spec = oneOf({ of: [flip({ p: 0.2 }), noise({ p: 0.6 }), blur({ sigma: [1, 1], p: 0 })], p: 1 });
  const stream = random(3);
  let flips = 0;
  for (let i = 0; i < 400; i++) {
    const { data } = await augmentImage(picture, [spec], stream);
    assert(data !== picture.data);
    if (data.join() === mirrored) flips++;
  }
  assertClose(flips / 400, 0.25, 0.075); // 3.5 standard deviations of 400 draws
});

Deno.test("oneOf() completes and checks what it holds, as data read from JSON is", () => {
  const read = oneOf(JSON.parse('{ "of": [{ "kind": "flip" }, { "kind": "noise", "p": 1 }] }'));
  assertEquals(read.of, [flip(), noise({ p: 1 })]);
  assertThrows(() => oneOf({ of: [] }), TypeError, "Cannot define oneOf.of: given [], expected a list of parts");
  assertThrows(() => oneOf({ of: [flip({ p: 0 })] }), RangeError, "expected at least one");
  // @ts-expect-error a view has no probability
  assertThrows(() => oneOf({ of: [flip(), crop({ size: 4 })] }), TypeError, "Cannot define oneOf.of[1]");
  assertThrows(() => oneOf(JSON.parse('{ "of": { "kind": "flip" } }')), TypeError, "expected a list of parts");
  assertThrows(() => oneOf(JSON.parse('{ "of": [{ "kind": "flip", "p": 2 }] }')), RangeError, "flip.p: given 2");
});
