/** The picture that explains a verdict. */
import { mapRows } from "../data/error_maps.ts";
import type { Tensor4D } from "../engine/ops.ts";
import { type Image, openImage } from "../image/decode.ts";
import { resizeShortSide } from "../image/resize.ts";
import { seesErrors } from "../models/model.ts";
import type { Label, Sample } from "../types.ts";
import type { Detector } from "./detector.ts";
import { gradCam, type Heat, normalised, occlusion } from "./grad_cam.ts";
import type { ImageGiven } from "./images.ts";
import { overlay } from "./overlay.ts";

/** Shorter side of a picture with an error map over it, pixels, where the image is larger. */
const SHORTER = 512;

/**
 * How a detector's verdicts are explained: by the scores of squares where an image is judged in them, by the error map
 * that it looks at, by Grad-CAM where the network is convolutional, otherwise by covering parts of the image.
 */
export function explanationWords({ model }: Pick<Detector, "model">, { tiled }: { readonly tiled: boolean }): string {
  if (tiled) return "how much each square speaks for the verdict, over the whole image";
  if (seesErrors(model)) return "the error map that the network looks at, over the whole image";
  const { backbone } = model;
  const transformer = backbone.kind === "clip" && backbone.variant !== "RN50";
  return transformer
    ? "what of the verdict goes when a part is covered, over what the network sees (occlusion)"
    : "where the verdict was found, over what the network sees (Grad-CAM)";
}

/**
 * The picture that explains a verdict.
 *
 * @param at `images` [1, H, W, 3], what the network sees, normalised, and `seen` its pixels; `sample` names the error
 * map, where the network looks at one; `squares` what those of the image `given` say, where it is judged in squares
 */
export async function explanationOf(
  detector: Detector,
  { images, verdict, seen, sample, given, squares }: {
    readonly images: Tensor4D;
    readonly verdict: Label;
    readonly seen: Image;
    readonly sample: Sample | null;
    readonly given: ImageGiven;
    readonly squares: Heat | null;
  },
): Promise<Image> {
  if (squares !== null) return overlay(await wholePicture(typeof given === "string" ? given : given.bytes), squares);
  if (sample !== null && seesErrors(detector.model)) {
    return overlay(await wholePicture(sample.file), await errors(sample));
  }
  const { model, network, captions } = detector;
  const asked = { model, network, captions, images, verdict };
  return overlay(seen, await gradCam(asked) ?? await occlusion(asked));
}

/** The mean over the channels of an error map. */
async function errors(sample: Sample): Promise<Heat> {
  const rows = mapRows(1);
  const [reason] = await rows.fill([sample], [0]);
  if (reason !== null) throw new TypeError(reason);
  const map = rows.tensor();
  try {
    const [, height, width, channels] = map.shape;
    const values = await map.data();
    const means = Float32Array.from({ length: height * width }, (_, place) => {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += values[place * channels + c];
      return sum / channels;
    });
    return normalised(means, { width, height });
  } finally {
    map.dispose();
  }
}

async function wholePicture(given: string | Uint8Array): Promise<Image> {
  const image = await (await openImage(given)).pixels();
  return Math.min(image.width, image.height) <= SHORTER ? image : await resizeShortSide(image, SHORTER);
}
