import {
  type Augmentation,
  blur,
  compress,
  crop,
  d4,
  flip,
  grey,
  kernelBlur,
  noise,
  rescale,
  rotate90,
} from "../../lib/augment/mod.ts";
import { localChange, makeChanges } from "../../lib/augment/change.ts";
import { cropView } from "../../lib/augment/crop.ts";
import { augmentImage } from "../../lib/augment/pipeline.ts";
import type { Image } from "../../lib/image/decode.ts";
import { random } from "../../lib/random.ts";
import { assert, assertEquals } from "../assert.ts";

/** What draws its numbers before it sees an image, each for certain. */
const planned: readonly Augmentation[] = [
  blur({ sigma: [0.3, 2], p: 1 }),
  blur({ sigma: [0, 3], like: "scipy", p: 1 }),
  compress({ quality: [20, 100], p: 1 }),
  compress({ quality: [20, 100], formats: ["webp"], order: "bgr", p: 1 }),
  d4({ p: 1 }),
  flip({ axis: "any", p: 1 }),
  grey({ p: 1 }),
  kernelBlur({ p: 1 }),
  noise({ variance: [100, 400], p: 1 }),
  rescale({ scale: [0.7, 1.3], p: 1 }),
  rotate90({ p: 1 }),
  crop({ size: 60 }),
];

/** Soft slopes with noise, so that neither blur nor JPEG gives zeros. */
function picture(width: number, height: number): Image {
  const draw = random(1, "picture");
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i % 200) + draw.integer(56));
  return { data, width, height };
}

/** The same, each change made of all of the image. */
async function oneByOne(image: Image, augment: readonly Augmentation[], size: number, seed: number): Promise<Image> {
  const draw = random(seed);
  let made = image;
  for (const spec of augment) made = await augmentImage(made, [spec], draw);
  return cropView(crop({ size }), made, draw);
}

Deno.test("what is made for a crop alone has the values that it has in the whole image", async () => {
  const sizes = [[97, 83], [64, 130], [33, 40], [16, 16]] as const;
  for (const spec of planned) {
    for (const [i, [width, height]] of sizes.entries()) {
      for (const size of [8, 31]) {
        const image = picture(width, height);
        const told = JSON.stringify([spec, width, height, size]);
        const made = await augmentImage(image, [spec, crop({ size })], random(i));
        assertEquals(made, await oneByOne(image, [spec], size, i), told);
      }
    }
  }
});

Deno.test("lists of changes before a crop come out the same however they are made", async () => {
  const image = picture(120, 101);
  for (let seed = 0; seed < (Deno.env.get("COUNTERPROOF_FULL") === "1" ? 500 : 40); seed++) {
    const draw = random(seed, "list");
    const list = Array.from({ length: 1 + draw.integer(5) }, () => planned[draw.integer(planned.length)]);
    const size = 4 + draw.integer(40);
    const made = await augmentImage(image, [...list, crop({ size })], random(seed));
    assertEquals(made, await oneByOne(image, list, size, seed), `seed ${seed}: ${JSON.stringify(list)}`);
  }
});

Deno.test("makeChanges() makes no more than is seen", async () => {
  const seen: number[] = [];
  const image = picture(100, 100);
  const change = localChange(image, {
    reach: 3,
    change: (part) => {
      seen.push(part.width, part.height);
      return part;
    },
  });
  const cut = {
    width: 10,
    height: 10,
    needs: () => ({ x: 50, y: 1, width: 10, height: 10 }),
    make: (from: Image) => from,
  };
  const made = await makeChanges(image, [change, cut]);
  assertEquals(seen, [16, 14]); // three pixels around, of which two are missing above
  assert(made.data[0] === image.data[(100 + 50) * 3]);
});
