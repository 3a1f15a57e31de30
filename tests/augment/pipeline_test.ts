import * as augment from "../../lib/augment/mod.ts";
import type { Augmentation } from "../../lib/augment/mod.ts";
import { makersOf } from "../../lib/definition/reader.ts";
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

const { blur, compress, flip, noise: addNoise, rotate90 } = augment;

/** What has no defaults that do for a test. */
const options: Readonly<Record<string, object>> = {
  blur: { sigma: [0.3, 1] },
  compress: { quality: [60, 95] },
  coarseDropout: { count: [1, 3], size: [2, 4] },
  oneOf: { of: [flip(), addNoise(), rotate90()] },
  rescale: { scale: [0.5, 1.5] },
  resizedCrop: { size: 6 },
};

/** One of every kind that has a probability; options that may be null also with what they may be else. */
const all = [
  ...[...makersOf(augment, augment.augmentations)].filter(([kind]) => !Object.hasOwn(augment.views, kind))
    .map(([kind, make]) => (make as (options?: object) => unknown)(options[kind])),
  flip({ axis: "any" }),
  blur({ sigma: [0, 2], like: "scipy" }),
  compress({ quality: [60, 95], formats: ["jpeg", "webp"], order: "bgr" }),
] as Exclude<Augmentation, augment.View>[];

/** Share of those it is done to that it leaves as they are. */
const idle: Readonly<Record<string, number>> = { rotate90: 1 / 4, d4: 1 / 8, oneOf: 1 / 12 };

Deno.test("every augmentation leaves the image alone at p = 0, and draws equally often at any p", async () => {
  for (const spec of all) {
    const drawn = [];
    for (const p of [0, 1]) {
      const draw = counting(random(3));
      const changed = await augmentImage(noise(12, 8), [{ ...spec, p }], draw);
      drawn.push(draw.count);
      if (p === 0) assertEquals(changed, noise(12, 8));
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
    assertClose(changed / 200, 0.3 * (1 - (idle[spec.kind] ?? 0)), 0.11, spec.kind); // ± 3.4 deviations of 200 draws
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

Deno.test("augmentImage() draws equally often for images of any size, whatever becomes of them", async () => {
  for (const spec of [...all, augment.crop({ size: 8 }), augment.shortSide({ size: 4 })]) {
    const drawn = new Set<number>();
    for (const [i, [width, height]] of [[16, 8], [3, 5], [1, 1], [40, 2]].entries()) {
      const draw = counting(random(i));
      await augmentImage(noise(width, height), [spec], draw);
      drawn.add(draw.count);
    }
    assertEquals(drawn.size, 1, spec.kind);
  }
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
