import type { Image } from "../image/decode.ts";

/** A rectangle from its first to before its last column and row, pixels. */
export interface Hole {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** An image in which some rectangles have one value, 0…255, in all channels. */
export function fillHoles(image: Image, { holes, fill }: { holes: readonly Hole[]; fill: number }): Image {
  const { width, height } = image;
  const data = image.data.slice();
  for (const { left, top, right, bottom } of holes) {
    for (let y = top; y < bottom; y++) data.fill(fill, (y * width + left) * 3, (y * width + right) * 3);
  }
  return { data, width, height };
}
