/** Augmentations and views: parts that say what becomes of an image before a network sees it. */
import { cropView } from "./crop.ts";
import { longSideView } from "./long_side.ts";
import { oneOfImage } from "./one_of.ts";
import { shortSideView } from "./short_side.ts";
import { augmentations as simple } from "./simple.ts";
import { squareView } from "./square.ts";

export { type Blur, blur } from "./blur.ts";
export { type BrightnessContrast, brightnessContrast } from "./brightness_contrast.ts";
export { type CoarseDropout, coarseDropout } from "./coarse_dropout.ts";
export { type Compress, compress, type CompressFormat } from "./compress.ts";
export { type Crop, crop } from "./crop.ts";
export { type Cutout, cutout } from "./cutout.ts";
export { type D4, d4 } from "./d4.ts";
export { type FancyPca, fancyPca } from "./fancy_pca.ts";
export { type Flip, flip } from "./flip.ts";
export { type Grey, grey } from "./grey.ts";
export { type GridDropout, gridDropout } from "./grid_dropout.ts";
export { type HueSaturationValue, hueSaturationValue } from "./hue_saturation_value.ts";
export { type Jitter, jitter } from "./jitter.ts";
export { type KernelBlur, kernelBlur } from "./kernel_blur.ts";
export { type LongSide, longSide } from "./long_side.ts";
export { type Noise, noise } from "./noise.ts";
export { type OneOf, oneOf } from "./one_of.ts";
export { type Rescale, rescale } from "./rescale.ts";
export { type ResizedCrop, resizedCrop } from "./resized_crop.ts";
export { type Rotate90, rotate90 } from "./rotate90.ts";
export { type ShiftScaleRotate, shiftScaleRotate } from "./shift_scale_rotate.ts";
export { type ShortSide, shortSide } from "./short_side.ts";
export type { SimpleAugmentation } from "./simple.ts";
export { type Square, square } from "./square.ts";

/** What is seen of an image, by kind: always a square of the given size. */
export const views = {
  crop: cropView,
  longSide: longSideView,
  shortSide: shortSideView,
  square: squareView,
};

/**
 * What changes an image in training, by kind; each draws equally often whatever it draws. A view among them is taken at
 * a random place, so that what follows it sees as much as the network does.
 */
export const augmentations = {
  ...simple,
  ...views,
  oneOf: oneOfImage,
};

/**
 * The type of the table.
 * @internal
 */
type Augmentations = typeof augmentations;

/** A random change of an image in training. */
export type Augmentation = Parameters<Augmentations[keyof Augmentations]>[0];

/**
 * The type of the table.
 * @internal
 */
type Views = typeof views;

/** How an image of any size becomes one of the network's. */
export type View = Parameters<Views[keyof Views]>[0];
