import { checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";
import { writeHsv } from "./hsv.ts";

/**
 * Hue, saturation and value shifted, each by a number drawn uniformly, as albumentations' `HueSaturationValue` does on
 * OpenCV's 8-bit HSV, where a hue is a whole number of 2 degrees: colours come back a little coarser even unshifted.
 */
export interface HueSaturationValue extends Part<"hueSaturationValue"> {
  /** Largest shift of the hue either way, in steps of 2 degrees, 0…90. */
  readonly hue: number;
  /** Largest shift of the saturation either way, 0…255. */
  readonly saturation: number;
  /** Largest shift of the value, the brightest channel, either way, 0…255. */
  readonly value: number;
  /** Probability, 0…1. */
  readonly p: number;
}

/** Makes a {@linkcode HueSaturationValue} part. */
export const hueSaturationValue: Maker<HueSaturationValue> = part(
  "hueSaturationValue",
  { hue: 20, saturation: 30, value: 20, p: 0.5 },
  {
    check: ({ hue, saturation, value, p }) => {
      checkNumber("hueSaturationValue.hue", hue, { from: 0, to: 90 });
      checkNumber("hueSaturationValue.saturation", saturation, { from: 0, to: 255 });
      checkNumber("hueSaturationValue.value", value, { from: 0, to: 255 });
      checkNumber("hueSaturationValue.p", p, { from: 0, to: 1 });
    },
  },
);

/** The changed image, or the image itself; draws four numbers. */
export function hueSaturationValueImage(spec: HueSaturationValue, image: Image, draw: Random): Image {
  const idle = draw.uniform() >= spec.p;
  const [hue, saturation, value] = [spec.hue, spec.saturation, spec.value].map((most) =>
    most * (2 * draw.uniform() - 1)
  );
  return idle ? image : shiftHsv(image, { hue, saturation, value });
}

/** Steps of a whole turn of the hue. */
const TURN = 180;
/** Bits behind the point in OpenCV's tables of reciprocals. */
const BITS = 12;

const perValue = Int32Array.from({ length: 256 }, (_, v) => v === 0 ? 0 : Math.round((255 << BITS) / v));
const perSpread = Int32Array.from({ length: 256 }, (_, v) => v === 0 ? 0 : Math.round((TURN << BITS) / (6 * v)));

/** An image with its HSV shifted; hues wrap, saturation and value are held within 0…255. */
export function shiftHsv(
  { data, width, height }: Image,
  shift: { readonly hue: number; readonly saturation: number; readonly value: number },
): Image {
  const to = new Uint8Array(data.length);
  const wrapped = (v: number) => ((v % TURN) + TURN) % TURN;
  const hues = Uint8Array.from({ length: 256 }, (_, v) => shift.hue === 0 ? v : Math.trunc(wrapped(v + shift.hue)));
  const held = (by: number) => Uint8Array.from({ length: 256 }, (_, v) => Math.min(255, Math.max(0, v + by)));
  const [saturations, values] = [held(shift.saturation), held(shift.value)];
  for (let i = 0; i < data.length; i += 3) {
    const r = data[i], g = data[i + 1], b = data[i + 2];
    const most = Math.max(r, g, b);
    const spread = most - Math.min(r, g, b);
    const sector = most === r ? g - b : most === g ? b - r + 2 * spread : r - g + 4 * spread;
    const turned = (sector * perSpread[spread] + (1 << (BITS - 1))) >> BITS;
    const hue = hues[turned < 0 ? turned + TURN : turned];
    const saturation = saturations[(spread * perValue[most] + (1 << (BITS - 1))) >> BITS];
    writeHsv(to, i, { sixths: hue * 6 / TURN, saturation: saturation / 255, value: values[most] });
  }
  return { data: to, width, height };
}
