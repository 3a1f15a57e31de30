import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";
import { type Augmentation, augmentations, type View, views } from "./mod.ts";
import type { Augment } from "./simple.ts";

/**
 * An image after some augmentations, in their order. Every augmentation draws equally often whatever comes of it and
 * whatever the image's size, so that two images given streams of one seed and name, as a sample and its reconstruction
 * in a synced batch, are changed alike.
 *
 * @param draw moved on
 */
export async function augmentImage(
  image: Image,
  augment: readonly Augmentation[],
  draw: Random,
): Promise<Image> {
  let changed = image;
  for (const spec of augment) changed = await (augmentations[spec.kind] as Augment<Augmentation>)(spec, changed, draw);
  return changed;
}

/**
 * What the network sees of an image.
 *
 * @param draw null in validation, test and detection; a stream in training, where the place is random
 */
export function viewImage(image: Image, view: View, draw: Random | null): Image {
  const see = views[view.kind] as (view: View, image: Image, draw: Random | null) => Image;
  return see(view, image, draw);
}
