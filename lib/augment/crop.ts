import { checkChoice, checkNumber } from "../definition/check.ts";
import { type Part, part } from "../definition/part.ts";
import { cropImage } from "../image/crop.ts";
import type { Image } from "../image/decode.ts";
import { placeOnCanvas } from "../image/extend.ts";
import type { Random } from "../random.ts";

/**
 * A square cut out of the image at its own scale, so that no resampling hides a generator's traces: in training at a
 * random place, elsewhere the centre. What is smaller is put in the middle of black, as DRCT's reference code does.
 */
export interface Crop extends Part<"crop"> {
  /** Side, pixels. */
  readonly size: number;
  /**
   * What stands around a smaller image: "reflect", its mirror image without the edge pixel, as LaRE²'s code pads; or
   * "symmetric", with it, as AlignedForensics's, where the place is random here too. Null: black.
   */
  readonly pad: "reflect" | "symmetric" | null;
}

/** Makes a {@linkcode Crop} part. */
export const crop = part<Crop, "size">("crop", { pad: null }, {
  required: ["size"],
  check: ({ size, pad }) => {
    checkNumber("crop.size", size, { from: 1, integer: true });
    if (pad !== null) checkChoice("crop.pad", pad, ["reflect", "symmetric"]);
  },
});

/**
 * The square that is seen of an image.
 *
 * @param draw null: the centre; otherwise draws two numbers for the place
 */
export function cropView({ size, pad }: Crop, image: Image, draw: Random | null): Image {
  const [u, v] = draw === null ? [0.5, 0.5] : [draw.uniform(), draw.uniform()];
  if (image.width === size && image.height === size) return image;
  const cut = cutPlace(image, { size, u, v, random: draw !== null });
  if (cut.width === size && cut.height === size) return cut;
  const place = (spare: number, share: number) =>
    pad === "symmetric" && draw !== null ? Math.floor(share * (spare + 1)) : spare >> 1;
  const [x, y] = [place(size - cut.width, u), place(size - cut.height, v)];
  return placeOnCanvas(cut, { x, y, width: size, height: size, border: pad ?? "black" });
}

function cutPlace(
  image: Image,
  { size, u, v, random }: { size: number; u: number; v: number; random: boolean },
): Image {
  const [width, height] = [Math.min(size, image.width), Math.min(size, image.height)];
  if (width === image.width && height === image.height) return image;
  const place = (spare: number, share: number) => random ? Math.floor(share * (spare + 1)) : spare >> 1;
  return cropImage(image, { x: place(image.width - width, u), y: place(image.height - height, v), width, height });
}
