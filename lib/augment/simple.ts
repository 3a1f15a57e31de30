/** The augmentations that hold no others. */
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";
import { blur, blurImage } from "./blur.ts";
import { brightnessContrast, brightnessContrastImage } from "./brightness_contrast.ts";
import { coarseDropout, coarseDropoutImage } from "./coarse_dropout.ts";
import { compress, compressImage } from "./compress.ts";
import { cutout, cutoutImage } from "./cutout.ts";
import { d4, d4Image } from "./d4.ts";
import { fancyPca, fancyPcaImage } from "./fancy_pca.ts";
import { flip, flipImage } from "./flip.ts";
import { grey, greyImage } from "./grey.ts";
import { gridDropout, gridDropoutImage } from "./grid_dropout.ts";
import { hueSaturationValue, hueSaturationValueImage } from "./hue_saturation_value.ts";
import { jitter, jitterImage } from "./jitter.ts";
import { kernelBlur, kernelBlurImage } from "./kernel_blur.ts";
import { noise, noiseImage } from "./noise.ts";
import { rescale, rescaleImage } from "./rescale.ts";
import { resizedCrop, resizedCropImage } from "./resized_crop.ts";
import { rotate90, rotate90Image } from "./rotate90.ts";
import { shiftScaleRotate, shiftScaleRotateImage } from "./shift_scale_rotate.ts";

/** What changes an image, by kind; each draws equally often whatever it draws. */
export const augmentations = {
  blur: blurImage,
  brightnessContrast: brightnessContrastImage,
  coarseDropout: coarseDropoutImage,
  compress: compressImage,
  cutout: cutoutImage,
  d4: d4Image,
  fancyPca: fancyPcaImage,
  flip: flipImage,
  grey: greyImage,
  gridDropout: gridDropoutImage,
  hueSaturationValue: hueSaturationValueImage,
  jitter: jitterImage,
  kernelBlur: kernelBlurImage,
  noise: noiseImage,
  rescale: rescaleImage,
  resizedCrop: resizedCropImage,
  rotate90: rotate90Image,
  shiftScaleRotate: shiftScaleRotateImage,
};

/** Makers of them. */
export const makers = [
  blur,
  brightnessContrast,
  coarseDropout,
  compress,
  cutout,
  d4,
  fancyPca,
  flip,
  grey,
  gridDropout,
  hueSaturationValue,
  jitter,
  kernelBlur,
  noise,
  rescale,
  resizedCrop,
  rotate90,
  shiftScaleRotate,
] as const;

/** An augmentation that holds no others. */
export type SimpleAugmentation = Parameters<(typeof augmentations)[keyof typeof augmentations]>[0];

/** The common signature of augmentations. */
export type Augment<Spec> = (spec: Spec, image: Image, draw: Random) => Image | Promise<Image>;
