import { checkChoice, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import { placeOnCanvas } from "../image/extend.ts";
import type { Random } from "../random.ts";
import { type Change, partOfImage, type Size, wholeChange } from "./change.ts";

/**
 * A square cut out of the image at its own scale, so that no resampling hides a generator's traces: in training at a
 * random place, unless it is to be the centre, elsewhere the centre. What is smaller is put in the middle of black, as
 * DRCT's reference code does.
 */
export interface Crop extends Part<"crop"> {
  /** Side, pixels. */
  readonly size: number;
  /**
   * What stands around a smaller image: "reflect", its mirror image without the edge pixel, as LaRE²'s code pads; or
   * "symmetric", with it, as AlignedForensics's, where the place is random here too. Null: black.
   */
  readonly pad: "reflect" | "symmetric" | null;
  /**
   * Where it is cut in training too. "centre": nothing is drawn, so that the features of a frozen backbone are kept.
   * Null: at a random place.
   */
  readonly place: "centre" | null;
}

/** Makes a {@linkcode Crop} part. */
export const crop: Maker<Crop, "size"> = part("crop", { pad: null, place: null }, {
  required: ["size"],
  check: ({ size, pad, place }) => {
    checkNumber("crop.size", size, { from: 1, integer: true });
    if (pad !== null) checkChoice("crop.pad", pad, ["reflect", "symmetric"]);
    if (place !== null) checkChoice("crop.place", place, ["centre"]);
  },
});

/** The square at a random place, drawing two numbers; or the centre, where that is asked for or `draw` is null. */
export function planCrop(spec: Crop, size: Size, draw: Random | null): Change | null {
  const drawn = drawnPlace(spec, draw);
  const side = spec.size;
  if (size.width === side && size.height === side) return null;
  const after = { width: side, height: side };
  if (size.width < side || size.height < side) {
    return wholeChange(size, after, (image) => squareOf(spec, image, drawn));
  }
  const [x, y] = [placeIn(size.width - side, drawn?.u), placeIn(size.height - side, drawn?.v)];
  return { ...after, needs: (part) => ({ ...part, x: part.x + x, y: part.y + y }), make: (from) => from };
}

/**
 * The square that is seen of an image.
 *
 * @param draw null: the centre; otherwise draws two numbers for the place, unless the part says where it is
 */
export function cropView(spec: Crop, image: Image, draw: Random | null): Image {
  return squareOf(spec, image, drawnPlace(spec, draw));
}

/** Shares of the room there is to the left and above; null: the centre. */
type Place = { readonly u: number; readonly v: number } | null;

function drawnPlace({ place }: Crop, draw: Random | null): Place {
  return draw === null || place === "centre" ? null : { u: draw.uniform(), v: draw.uniform() };
}

/** Cut at a place. */
function squareOf({ size, pad }: Crop, image: Image, drawn: Place): Image {
  if (image.width === size && image.height === size) return image;
  const [width, height] = [Math.min(size, image.width), Math.min(size, image.height)];
  const [left, top] = [placeIn(image.width - width, drawn?.u), placeIn(image.height - height, drawn?.v)];
  const cut = partOfImage(image, { x: left, y: top, width, height });
  if (width === size && height === size) return cut;
  const around = pad === "symmetric" ? drawn : null;
  const [x, y] = [placeIn(size - width, around?.u), placeIn(size - height, around?.v)];
  return placeOnCanvas(cut, { x, y, width: size, height: size, border: pad ?? "black" });
}

/** A share of the room there is; left out: the middle. */
function placeIn(spare: number, share: number | undefined): number {
  return share === undefined ? spare >> 1 : Math.floor(share * (spare + 1));
}
