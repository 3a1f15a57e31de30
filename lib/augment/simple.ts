/** The augmentations that hold no others. */
import type { Image } from "../image/decode.ts";
import type { Random } from "../random.ts";
import { blur, planBlur } from "./blur.ts";
import { brightnessContrast, brightnessContrastImage } from "./brightness_contrast.ts";
import { type Change, makeChanges, type Size } from "./change.ts";
import { coarseDropout, coarseDropoutImage } from "./coarse_dropout.ts";
import { compress, planCompress } from "./compress.ts";
import { cutout, cutoutImage } from "./cutout.ts";
import { d4, planD4 } from "./d4.ts";
import { fancyPca, fancyPcaImage } from "./fancy_pca.ts";
import { flip, planFlip } from "./flip.ts";
import { grey, planGrey } from "./grey.ts";
import { gridDropout, gridDropoutImage } from "./grid_dropout.ts";
import { hueSaturationValue, hueSaturationValueImage } from "./hue_saturation_value.ts";
import { jitter, jitterImage } from "./jitter.ts";
import { kernelBlur, planKernelBlur } from "./kernel_blur.ts";
import { noise, planNoise } from "./noise.ts";
import { planRescale, rescale } from "./rescale.ts";
import { resizedCrop, resizedCropImage } from "./resized_crop.ts";
import { planRotate90, rotate90 } from "./rotate90.ts";
import { shiftScaleRotate, shiftScaleRotateImage } from "./shift_scale_rotate.ts";

/** What draws its numbers before it sees the image, so that no more is made than is seen behind a crop, by kind. */
export const plans = {
  blur: planBlur,
  compress: planCompress,
  d4: planD4,
  flip: planFlip,
  grey: planGrey,
  kernelBlur: planKernelBlur,
  noise: planNoise,
  rescale: planRescale,
  rotate90: planRotate90,
};

/** What changes an image, by kind; each draws equally often whatever it draws. */
export const augmentations = {
  blur: atOnce(planBlur),
  brightnessContrast: brightnessContrastImage,
  coarseDropout: coarseDropoutImage,
  compress: atOnce(planCompress),
  cutout: cutoutImage,
  d4: atOnce(planD4),
  fancyPca: fancyPcaImage,
  flip: atOnce(planFlip),
  grey: atOnce(planGrey),
  gridDropout: gridDropoutImage,
  hueSaturationValue: hueSaturationValueImage,
  jitter: jitterImage,
  kernelBlur: atOnce(planKernelBlur),
  noise: atOnce(planNoise),
  rescale: atOnce(planRescale),
  resizedCrop: resizedCropImage,
  rotate90: atOnce(planRotate90),
  shiftScaleRotate: shiftScaleRotateImage,
};

/** A plan that is carried out at once. */
function atOnce<Spec>(plan: (spec: Spec, size: Size, draw: Random) => Change | null) {
  return async (spec: Spec, image: Image, draw: Random): Promise<Image> => {
    const change = plan(spec, image, draw);
    return change === null ? image : await makeChanges(image, [change]);
  };
}

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

/**
 * The type of the table.
 * @internal
 */
type Augmentations = typeof augmentations;

/** An augmentation that holds no others. */
export type SimpleAugmentation = Parameters<Augmentations[keyof Augmentations]>[0];

/** The common signature of augmentations. */
export type Augment<Spec> = (spec: Spec, image: Image, draw: Random) => Image | Promise<Image>;
