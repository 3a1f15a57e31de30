/**
 * What the published recipes do to an image before their networks see it, read from their code, in its order: the
 * augmentations, and the view that ends them. `batch.synced` gives a pair the same draws, as DRCT and AlignedForensics
 * (`--batched_syncing`) have it.
 */
import {
  type Augmentation,
  blur,
  brightnessContrast,
  coarseDropout,
  compress,
  crop,
  cutout,
  fancyPca,
  flip,
  grey,
  gridDropout,
  hueSaturationValue,
  jitter,
  kernelBlur,
  longSide,
  noise,
  oneOf,
  rescale,
  resizedCrop,
  rotate90,
  shiftScaleRotate,
  type View,
} from "../mod.ts";

/** Augmentations and the view behind them: two fields of a definition. */
export interface Preparation {
  readonly augment: readonly Augmentation[];
  readonly view: View;
}

/**
 * DRCT (ICML 2024), `create_train_transforms`. The square is cut in the middle of the list: dropouts, colours and the
 * last turn are those of what the network sees.
 *
 * @param options whole: the longer side is scaled to the square instead of cutting one out (`is_crop` false)
 */
export function drct({ size = 224, whole = false }: { size?: number; whole?: boolean } = {}): Preparation {
  const view = whole ? longSide({ size }) : crop({ size });
  return {
    augment: [
      compress({ quality: [30, 100], order: "bgr", p: 0.5 }),
      rescale({ scale: [0.5, 1.5], p: 0.2 }),
      flip({ p: 0.5 }),
      noise({ p: 0.1 }),
      kernelBlur({ p: 0.1 }),
      rotate90({ p: 0.5 }),
      view,
      oneOf({ of: [brightnessContrast(), fancyPca({ axes: "transposed" }), hueSaturationValue()], p: 0.5 }),
      oneOf({ of: [coarseDropout(), gridDropout()], p: 0.5 }),
      grey({ p: 0.2 }),
      shiftScaleRotate({ p: 0.5 }),
    ],
    view,
  };
}

/**
 * AlignedForensics (ICLR 2025), the flags of its training command, which are those of Corvi et al. 2023: `--resize_prob
 * 0.2 --resize_size 256 --resize_ratio 0.75 --jitter_prob 0.8 --colordist_prob 0.2 --cutout_prob 0.2 --noise_prob 0.2
 * --blur_prob 0.5 --blur_sig 0.0,3.0 --cmp_prob 0.5 --cmp_method cv2,pil --cmp_qual 30,100 --rot90_prob 1.0`, a flip
 * that has no flag, `--cropSize 96`. Its two JPEG encoders give the same pixels, so there is one.
 */
export function alignedForensics({ size = 96 }: { size?: number } = {}): Preparation {
  return {
    augment: [
      resizedCrop({ size: 256, ratio: [0.75, 1 / 0.75], p: 0.2 }),
      jitter({ p: 0.8 }),
      grey({ p: 0.2 }),
      cutout({ p: 0.2 }),
      noise({ p: 0.2 }),
      blur({ sigma: [0, 3], like: "scipy", p: 0.5 }),
      compress({ quality: [30, 100], p: 0.5 }),
      rotate90({ p: 1 }),
      flip({ p: 0.5 }),
    ],
    view: crop({ size, pad: "symmetric" }),
  };
}

/**
 * LaRE² (CVPR 2024), `train_classifier_wmap.py`: the list that its script turns off (`--no_strong_aug`), behind which
 * the square alone is left.
 */
export function lare2({ size = 224, strong = true }: { size?: number; strong?: boolean } = {}): Preparation {
  const view = crop({ size, pad: "reflect" });
  const changes = [
    compress({ quality: [50, 95], order: "bgr", p: 1 }),
    kernelBlur({ p: 1 }),
    noise({ variance: [3, 10], p: 1 }),
    grey({ p: 1 }),
  ];
  return {
    augment: strong
      ? [view, oneOf({ of: changes, p: 0.5 }), rotate90({ p: 0.33 }), flip({ axis: "any", p: 0.33 })]
      : [],
    view,
  };
}
