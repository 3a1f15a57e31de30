import { brightnessContrast, compress, crop, flip, grey, gridDropout, longSide } from "../../lib/augment/mod.ts";
import { noise, rescale, shortSide, square } from "../../lib/augment/mod.ts";
import { adjustTones } from "../../lib/augment/brightness_contrast.ts";
import { compressImage } from "../../lib/augment/compress.ts";
import { cropView } from "../../lib/augment/crop.ts";
import { shiftAlongAxes } from "../../lib/augment/fancy_pca.ts";
import { greyImage } from "../../lib/augment/grey.ts";
import { gridDropoutImage } from "../../lib/augment/grid_dropout.ts";
import { shiftHsv } from "../../lib/augment/hue_saturation_value.ts";
import { brighten, contrasted, saturate, turnHue } from "../../lib/augment/jitter.ts";
import { blurByKernel } from "../../lib/augment/kernel_blur.ts";
import { longSideView } from "../../lib/augment/long_side.ts";
import { noiseImage } from "../../lib/augment/noise.ts";
import { augmentImage } from "../../lib/augment/pipeline.ts";
import { rescaleImage } from "../../lib/augment/rescale.ts";
import { quarterTurns } from "../../lib/augment/rotate90.ts";
import { blurLikeScipy } from "../../lib/augment/scipy_blur.ts";
import { moveImage } from "../../lib/augment/shift_scale_rotate.ts";
import { shortSideView } from "../../lib/augment/short_side.ts";
import { squareView } from "../../lib/augment/square.ts";
import { cropImage } from "../../lib/image/crop.ts";
import type { Image } from "../../lib/image/decode.ts";
import { random } from "../../lib/random.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";
import { farthest, picture, recorded, recordedNoise } from "./recorded.ts";

// deno-lint-ignore no-explicit-any
type Change = (options: any) => Image | Promise<Image>;

const draw = random(1);

/**
 * What is compared with albumentations, OpenCV, Pillow, torchvision's operations and scipy, by the name of the cases.
 * Equal pixels but for hues in OpenCV's HSV, where single precision rounds a few values of 600 pixels the other way,
 * and OpenCV's grey, whose weights have two bits less.
 */
const changes: Readonly<Record<string, { readonly change: Change; readonly within?: number }>> = {
  "jpeg": { change: ({ quality }) => compressImage(compress({ quality: [quality, quality], p: 1 }), picture, draw) },
  "jpeg bgr": {
    change: ({ quality }) =>
      compressImage(compress({ quality: [quality, quality], order: "bgr", p: 1 }), picture, draw),
  },
  "webp": {
    change: ({ quality }) =>
      compressImage(compress({ quality: [quality, quality], formats: ["webp"], p: 1 }), picture, draw),
  },
  "tones": { change: (options) => adjustTones(picture, options) },
  "hsv": { change: (options) => shiftHsv(picture, options), within: 1 },
  "grey": { change: () => greyImage(grey({ p: 1 }), picture, draw), within: 1 },
  "fancy pca": { change: (options) => shiftAlongAxes(picture, options) },
  "brightness": { change: ({ factor }) => brighten(picture, factor) },
  "contrast": { change: ({ factor }) => contrasted(picture, factor) },
  "saturation": { change: ({ factor }) => saturate(picture, factor) },
  "hue": { change: ({ share }) => turnHue(picture, share) },
  "blur scipy": { change: ({ sigma }) => blurLikeScipy(picture, sigma) },
  "blur kernel": { change: ({ size }) => blurByKernel(picture, size) },
  "grid": { change: () => gridDropoutImage(gridDropout({ p: 1 }), picture, draw) },
  "move": { change: (options) => moveImage(picture, options) },
  "turn": { change: (options) => quarterTurns(picture, options) },
  "pad": {
    change: ({ pad }) => {
      const small = cropImage(picture, { x: 0, y: 0, width: 17, height: 11 });
      return cropView(crop({ size: 32, pad: pad === "black" ? null : pad }), small, null);
    },
  },
  "center": { change: ({ size }) => cropView(crop({ size }), picture, null) },
  "short side": { change: ({ size }) => shortSideView(shortSide({ size }), picture, null) },
  "square": { change: ({ size }) => squareView(square({ size }), picture) },
  "long side": { change: ({ size }) => longSideView(longSide({ size }), picture) },
  "rescale": { change: ({ scale }) => rescaleImage(rescale({ scale: [scale, scale], p: 1 }), picture, draw) },
};

for (const [name, { change, within = 0 }] of Object.entries(changes)) {
  Deno.test(`${name}: the pixels are those of the libraries that recipes name`, async () => {
    for (const { options, image } of recorded(name)) {
      const apart = farthest(await change(options), image);
      assert(apart <= within, `${JSON.stringify(options)}: ${apart} levels apart`);
    }
  });
}

Deno.test("hues that are apart from OpenCV's are few", () => {
  for (const { options, image } of recorded("hsv")) {
    const made = shiftHsv(picture, options as { hue: number; saturation: number; value: number });
    assert(made.data.filter((value, i) => value !== image.data[i]).length <= 5);
  }
});

Deno.test('flip({ axis: "any" }) gives OpenCV\'s three mirror images, and no other', async () => {
  const expected = recorded("flip").map(({ image }) => image.data.join());
  const seen = new Set<string>();
  const stream = random(5);
  for (let i = 0; i < 40; i++) {
    seen.add((await augmentImage(picture, [flip({ axis: "any", p: 1 })], stream)).data.join());
  }
  assertEquals([...seen].sort(), expected.sort());
});

Deno.test("noise has the mean and deviation of albumentations', half a level too dark, and is symmetric", () => {
  const image = { data: new Uint8Array(256 * 256 * 3).fill(128), width: 256, height: 256 };
  for (const { variance, mean, deviation } of recordedNoise) {
    const { data } = noiseImage(noise({ variance: [variance, variance], p: 1 }), image, random(variance));
    const added = Float64Array.from(data, (value) => value - 128);
    const measured = added.reduce((sum, one) => sum + one, 0) / added.length;
    const spread = Math.sqrt(added.reduce((sum, one) => sum + (one - measured) ** 2, 0) / added.length);
    // four standard errors of both: of the mean σ / √196608, of the deviation σ / √(2 · 196608), times √2
    assertClose(measured, mean, 4 * Math.SQRT2 * deviation / Math.sqrt(added.length), `mean at ${variance}`);
    assertClose(spread, deviation, 4 * deviation / Math.sqrt(added.length), `deviation at ${variance}`);
    const skew = added.reduce((sum, one) => sum + ((one - measured) / spread) ** 3, 0) / added.length;
    assertClose(skew, 0, 4 * Math.sqrt(6 / added.length), `skew at ${variance}`);
    const beside = added.reduce((sum, one, i) => i < 3 ? sum : sum + (one - measured) * (added[i - 3] - measured), 0);
    assertClose(beside / added.length / spread ** 2, 0, 4 / Math.sqrt(added.length), "neighbours of a channel");
  }
});

Deno.test("brightnessContrast() draws slope and shift within their limits", async () => {
  const white = { data: new Uint8Array(3).fill(100), width: 1, height: 1 };
  const spec = brightnessContrast({ brightness: 0.1, contrast: 0.2, p: 1 });
  const stream = random(2);
  const values: number[] = [];
  for (let i = 0; i < 500; i++) values.push((await augmentImage(white, [spec], stream)).data[0]);
  assert(Math.min(...values) >= 54 && Math.min(...values) < 62); // 100 · 0.8 − 25.5
  assert(Math.max(...values) <= 145 && Math.max(...values) > 138); // 100 · 1.2 + 25.5
});
