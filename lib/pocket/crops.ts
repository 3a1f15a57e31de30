import { cropImage } from "../image/crop.ts";
import type { Image } from "../image/decode.ts";
import { tensor, type Tensor4D } from "../engine/ops.ts";
import type { Random } from "../random.ts";

/**
 * Square crops of photographs drawn at random, half of them mirrored. Every photograph is drawn equally often,
 * whatever its size.
 */
export function drawCrops(
  photographs: readonly Image[],
  { count, size }: { count: number; size: number },
  random: Random,
): Image[] {
  return Array.from({ length: count }, () => {
    const image = photographs[random.integer(photographs.length)];
    const x = random.integer(image.width - size + 1);
    const y = random.integer(image.height - size + 1);
    const crop = cropImage(image, { x, y, width: size, height: size });
    return random.integer(2) === 0 ? crop : mirror(crop);
  });
}

/** Pictures of one size as a tensor [B, H, W, 3] of values −1…1. The caller owns it. */
export function toTensor(images: readonly Image[]): Tensor4D {
  const { width, height } = images[0];
  const values = new Float32Array(images.length * width * height * 3);
  for (const [i, { data }] of images.entries()) {
    const from = i * data.length;
    for (let k = 0; k < data.length; k++) values[from + k] = data[k] / 127.5 - 1;
  }
  return tensor(values, [images.length, height, width, 3]) as Tensor4D;
}

/** Pictures from values −1…1, [B, H, W, 3] row-major; what lies outside is clipped. */
export function toImages(values: Float32Array, { width, height }: { width: number; height: number }): Image[] {
  const size = width * height * 3;
  return Array.from({ length: values.length / size }, (_, i) => {
    const data = Uint8Array.from(
      values.subarray(i * size, (i + 1) * size),
      (value) => Math.max(0, Math.min(255, Math.round((value + 1) * 127.5))),
    );
    return { data, width, height };
  });
}

function mirror({ data, width, height }: Image): Image {
  const turned = new Uint8Array(data.length);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const to = pixel + width - 1 - 2 * (pixel % width);
    for (let channel = 0; channel < 3; channel++) turned[to * 3 + channel] = data[pixel * 3 + channel];
  }
  return { data: turned, width, height };
}
