import { checkNumber } from "../definition/check.ts";
import { type Part, part } from "../definition/part.ts";
import { cropImage } from "../image/crop.ts";
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";

/**
 * A square cut out of the image at its own scale, so that no resampling hides a generator's traces: in training at a
 * random place, elsewhere the centre. What is smaller is put in the middle of black, as DRCT's reference code does.
 */
export interface Crop extends Part<"crop"> {
  /** Side, pixels. */
  readonly size: number;
}

/** Makes a {@linkcode Crop} part. */
export const crop = part<Crop, "size">("crop", {} as Record<never, never>, {
  required: ["size"],
  check: ({ size }) => checkNumber("crop.size", size, { from: 1, integer: true }),
});

/**
 * The square that is seen of an image.
 *
 * @param draw null: the centre; otherwise draws two numbers for the place
 */
export function cropView({ size }: Crop, image: Image, draw: Random | null): Image {
  const [u, v] = draw === null ? [0.5, 0.5] : [draw.uniform(), draw.uniform()];
  const [spareX, spareY] = [Math.max(0, image.width - size), Math.max(0, image.height - size)];
  const place = (spare: number, share: number) => draw === null ? spare >> 1 : Math.floor(share * (spare + 1));
  if (image.width === size && image.height === size) return image;
  const width = Math.min(size, image.width);
  const height = Math.min(size, image.height);
  const cut = cropImage(image, { x: place(spareX, u), y: place(spareY, v), width, height });
  return width === size && height === size ? cut : padded(cut, size);
}

function padded(image: Image, size: number): Image {
  const data = new Uint8Array(size * size * 3);
  const [left, top] = [(size - image.width) >> 1, (size - image.height) >> 1];
  for (let y = 0; y < image.height; y++) {
    const row = image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3);
    data.set(row, ((top + y) * size + left) * 3);
  }
  return { data, width: size, height: size };
}
