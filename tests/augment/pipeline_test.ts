import { type Augmentation, blur, compress, flip } from "../../lib/augment/mod.ts";
import { augmentImage } from "../../lib/augment/pipeline.ts";
import type { Image } from "../../lib/image/decode.ts";
import { type Random, random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";

/** Noise, which every change shows on. */
function noise(width: number, height: number, seed = 1): Image {
  const draw = random(seed, "noise");
  return { data: Uint8Array.from({ length: width * height * 3 }, () => draw.integer(256)), width, height };
}

/** A stream that counts its draws. */
function counting(draw: Random): Random & { count: number } {
  const counted = {
    ...draw,
    count: 0,
    uniform: () => (counted.count++, draw.uniform()),
    integer: (n: number) => (counted.count++, draw.integer(n)),
  };
  return counted;
}

const all: Augmentation[] = [flip(), compress({ quality: [60, 95] }), blur({ sigma: [0.3, 1] })];

Deno.test("every augmentation leaves the image alone at p = 0, and draws equally often at any p", async () => {
  for (const spec of all) {
    const drawn = [];
    for (const p of [0, 1]) {
      const draw = counting(random(3));
      const changed = await augmentImage(noise(8, 8), [{ ...spec, p }], draw);
      drawn.push(draw.count);
      if (p === 0) assertEquals(changed, noise(8, 8));
    }
    assertEquals(drawn[0], drawn[1], spec.kind);
  }
});

Deno.test("every augmentation changes about p of the images", async () => {
  const image = noise(8, 8);
  for (const spec of all) {
    const draw = random(11, spec.kind);
    let changed = 0;
    for (let i = 0; i < 200; i++) {
      if ((await augmentImage(image, [{ ...spec, p: 0.3 }], draw)).data !== image.data) changed++;
    }
    assertClose(changed / 200, 0.3, 0.11, spec.kind); // ± 3.4 standard deviations of 200 draws
  }
});

Deno.test("augmentImage() changes two images alike under one stream, and otherwise not", async () => {
  const image = noise(16, 16);
  for (let seed = 0; seed < 5; seed++) {
    const once = await augmentImage(image, all, random(seed, "augment", "id"));
    assertEquals(await augmentImage(image, all, random(seed, "augment", "id")), once);
  }
  const made = await Promise.all(Array.from({ length: 12 }, (_, i) => augmentImage(image, all, random(1, i))));
  assert(new Set(made.map(({ data }) => data.join())).size > 3);
});

Deno.test("augmentImage() applies in order and does not touch what it is given", async () => {
  const image = noise(8, 8);
  const forwards = await augmentImage(
    image,
    [compress({ quality: [50, 50], p: 1 }), blur({ sigma: [1, 1], p: 1 })],
    random(1),
  );
  const backwards = await augmentImage(
    image,
    [blur({ sigma: [1, 1], p: 1 }), compress({ quality: [50, 50], p: 1 })],
    random(1),
  );
  assert(forwards.data.join() !== backwards.data.join());
  assertEquals(image, noise(8, 8));
});
