import type { Image, OpenImage } from "../image/decode.ts";
import type { Random } from "../random.ts";
import { type Change, makeChanges, type Size } from "./change.ts";
import { planCrop } from "./crop.ts";
import { type Augmentation, augmentations, type View, views } from "./mod.ts";
import { type Augment, plans as simplePlans } from "./simple.ts";

const plans = { ...simplePlans, crop: planCrop };

/**
 * An image after some augmentations, in their order. Every augmentation draws equally often whatever comes of it and
 * whatever the image's size, so that two images given streams of one seed and name, as a sample and its reconstruction
 * in a synced batch, are changed alike. What comes before a crop is made of the pixels alone that the crop shows, where
 * that gives the same values.
 *
 * @param draw moved on
 */
export async function augmentImage(
  image: Image | OpenImage,
  augment: readonly Augmentation[],
  draw: Random,
): Promise<Image> {
  let made: Image | OpenImage = image;
  let planned: Change[] = [];
  for (const spec of augment) {
    if (Object.hasOwn(plans, spec.kind)) {
      const plan = plans[spec.kind as keyof typeof plans] as Plan;
      const change = plan(spec, planned.at(-1) ?? made, draw);
      if (change !== null) planned.push(change);
      continue;
    }
    const before: Image = await makeChanges(made, planned);
    planned = [];
    made = await (augmentations[spec.kind] as Augment<Augmentation>)(spec, before, draw);
  }
  return await makeChanges(made, planned);
}

type Plan = (spec: Augmentation, size: Size, draw: Random) => Change | null;

/** What the network sees of an image in validation, test and detection, where nothing is drawn. */
export async function seenMiddle(image: OpenImage, view: View): Promise<Image> {
  if (view.kind !== "crop") return viewImage(await image.pixels(), view, null);
  const change = planCrop(view, image, null);
  return await makeChanges(image, change === null ? [] : [change]);
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
