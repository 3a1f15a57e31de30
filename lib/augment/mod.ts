/** Augmentations and views: parts that say what becomes of an image before a network sees it. */
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";
import { blurImage } from "./blur.ts";
import { compressImage } from "./compress.ts";
import { cropView } from "./crop.ts";
import { flipImage } from "./flip.ts";

export { type Blur, blur } from "./blur.ts";
export { type Compress, compress } from "./compress.ts";
export { type Crop, crop } from "./crop.ts";
export { type Flip, flip } from "./flip.ts";

/** What changes an image in training, by kind; each draws equally often whatever it draws. */
export const augmentations = {
  blur: blurImage,
  compress: compressImage,
  flip: flipImage,
};

/** What is seen of an image, by kind. */
export const views = {
  crop: cropView,
};

/** A random change of an image in training. */
export type Augmentation = Parameters<(typeof augmentations)[keyof typeof augmentations]>[0];

/** How an image of any size becomes one of the network's. */
export type View = Parameters<(typeof views)[keyof typeof views]>[0];

/** The common signature of the augmentations. */
export type Augment = (spec: Augmentation, image: Image, draw: Random) => Image | Promise<Image>;
