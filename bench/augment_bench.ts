/** Every augmentation and view on a picture of 224 × 224 pixels, and the recipes' lists on one of 512 × 512. */
import { alignedForensics, drct, lare2 } from "../experiments/augmentations.ts";
import * as augment from "../lib/augment/mod.ts";
import { augmentImage } from "../lib/augment/pipeline.ts";
import { makersOf } from "../lib/definition/reader.ts";
import type { Image } from "../lib/image/decode.ts";
import { random } from "../lib/random.ts";
import { bench } from "./benched.ts";

/** Options of what has none to go by. */
const options: Readonly<Record<string, object>> = {
  blur: { sigma: [0, 3], like: "scipy" },
  compress: { quality: [30, 100] },
  oneOf: { of: [augment.flip()] },
  rescale: { scale: [0.5, 1.5] },
  resizedCrop: { size: 256 },
  crop: { size: 200 },
  longSide: { size: 160 },
  shortSide: { size: 160 },
  square: { size: 160 },
};

/** Slopes with a little noise on them, as photographs are. */
function picture(side: number): Image {
  const draw = random(1, "picture");
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
    return 100 + 60 * Math.sin((x + 40 * c) / 30) + 60 * Math.cos(y / 50) + draw.integer(12);
  });
  return { data, width: side, height: side };
}

const small = picture(224);
for (const [kind, make] of makersOf(augment, augment.augmentations)) {
  const spec = (make as (options?: object) => augment.Augmentation)(options[kind]);
  const always = "p" in spec ? { ...spec, p: 1 } : spec;
  // the same draws each time, which decide how long it takes
  bench({ group: "part", name: kind, fn: async () => await augmentImage(small, [always], random(2, kind)) });
}

/** Images of a recipe, since what is drawn decides how long one takes. */
const IMAGES = 16;

const large = picture(512);
for (
  const [name, { augment, view }] of Object.entries({
    drct: drct(),
    lare2: lare2(),
    alignedForensics: alignedForensics(),
  })
) {
  // as training does it: the view is one more augmentation
  const fn = async () => {
    for (let i = 0; i < IMAGES; i++) await augmentImage(large, [...augment, view], random(3, name, i));
  };
  bench({ group: "recipe", name: `${name}, ${IMAGES} images`, watch: name === "drct" ? "short" : "full", fn });
}
