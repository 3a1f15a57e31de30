import { checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";
import { luma } from "./grey.ts";
import { fromPillowHsv, toPillowHsv } from "./hsv.ts";
import { mapTones, toneTable } from "./tone.ts";

/** Brightness, contrast, saturation and hue changed in a drawn order, as torchvision's `ColorJitter` on PIL images. */
export interface Jitter extends Part<"jitter"> {
  /** Largest change of the factor 1 either way, 0…1; 0 leaves it as it is. */
  readonly brightness: number;
  /** As `brightness`. */
  readonly contrast: number;
  /** As `brightness`. */
  readonly saturation: number;
  /** Largest turn of the hue either way, share of a whole turn, 0…0.5. */
  readonly hue: number;
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode Jitter} part; the defaults are those of Corvi et al. 2023 and AlignedForensics. */
export const jitter: Maker<Jitter> = part("jitter", {
  brightness: 0.4,
  contrast: 0.4,
  saturation: 0.4,
  hue: 0.1,
  p: 0.8,
}, {
  check: ({ brightness, contrast, saturation, hue, p }) => {
    for (const [name, value] of Object.entries({ brightness, contrast, saturation })) {
      checkNumber(`jitter.${name}`, value, { from: 0, to: 1 });
    }
    checkNumber("jitter.hue", hue, { from: 0, to: 0.5 });
    checkNumber("jitter.p", p, { from: 0, to: 1 });
  },
});

/** The changed image, or the image itself; draws eight numbers. */
export function jitterImage(spec: Jitter, image: Image, draw: Random): Image {
  const idle = draw.uniform() >= spec.p;
  const order = draw.permutation(4);
  const [brightness, contrast, saturation, hue] = [spec.brightness, spec.contrast, spec.saturation, spec.hue].map(
    (most) => most * (2 * draw.uniform() - 1),
  );
  if (idle) return image;
  const steps = [
    (one: Image) => brighten(one, 1 + brightness),
    (one: Image) => contrasted(one, 1 + contrast),
    (one: Image) => saturate(one, 1 + saturation),
    (one: Image) => turnHue(one, hue),
  ];
  return Array.from(order, (i) => steps[i]).reduce((changed, step) => step(changed), image);
}

/** Blend as Pillow's: single precision, cut to whole numbers. */
function blend(from: number, to: number, factor: number): number {
  return Math.fround(from + Math.fround(factor * (to - from))) | 0;
}

/** Values times a factor, as `ImageEnhance.Brightness`. */
export function brighten(image: Image, factor: number): Image {
  return mapTones(image, toneTable((value) => blend(0, value, Math.fround(factor))));
}

/** Values stretched around the mean luma, as `ImageEnhance.Contrast`. */
export function contrasted(image: Image, factor: number): Image {
  let sum = 0;
  for (let i = 0; i < image.data.length; i += 3) sum += luma(image.data[i], image.data[i + 1], image.data[i + 2]);
  const mean = Math.trunc(sum / (image.data.length / 3) + 0.5);
  return mapTones(image, toneTable((value) => blend(mean, value, Math.fround(factor))));
}

/** Colours stretched away from their grey, as `ImageEnhance.Color`. */
export function saturate({ data, width, height }: Image, factor: number): Image {
  const to = new Uint8ClampedArray(data.length);
  const single = Math.fround(factor);
  for (let i = 0; i < data.length; i += 3) {
    const grey = luma(data[i], data[i + 1], data[i + 2]);
    to[i] = blend(grey, data[i], single);
    to[i + 1] = blend(grey, data[i + 1], single);
    to[i + 2] = blend(grey, data[i + 2], single);
  }
  return { data: new Uint8Array(to.buffer), width, height };
}

/** Hues turned by a share of a whole turn, in Pillow's 8-bit HSV, as torchvision's `adjust_hue`. */
export function turnHue({ data, width, height }: Image, share: number): Image {
  const by = Math.trunc(share * 255) & 255;
  const to = new Uint8Array(data.length);
  const hsv = new Uint8Array(3);
  for (let i = 0; i < data.length; i += 3) {
    toPillowHsv(data, i, hsv);
    hsv[0] += by; // wraps
    fromPillowHsv(hsv, to, i);
  }
  return { data: to, width, height };
}
