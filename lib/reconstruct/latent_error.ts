import { checkNumber, checkText } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { checkModel } from "./models.ts";

/**
 * What a diffusion model gets wrong of an image in its latent space, in one step: noise is laid over the image's latents,
 * the model says which, and the squared error is averaged over an ensemble of noises. A map [4, h, w] for each image, a
 * value for each 8 × 8 pixels and channel of the latents.
 *
 * The image is brought to a square of `size` pixels whatever its shape. Maps lie in
 * `<artifacts>/latentError-<fingerprint>/<sample id>.safetensors`.
 *
 * Source: LaRE² (Luo et al., CVPR 2024), `extract_lare.py`. The defaults are those of its script (step 200, ensemble 4,
 * 256 pixels, "a photo of a [CLS]"), which the file's own (280, 8, 512, no words) are not.
 */
export interface LatentError extends Part<"latentError"> {
  /** Name of a folder of pipelines, as "sd15". */
  readonly model: string;
  /** Timestep at which noise is laid over the latents, 0…999. */
  readonly step: number;
  /** Noises that the error is averaged over, ≥ 1. */
  readonly ensemble: number;
  /** What the model is told; "[CLS]" stands for the sample's caption, and "a photo" is said of one without. */
  readonly prompt: string;
  /** Height and width of the image as the model sees it, pixels, a multiple of 8. */
  readonly size: number;
  /** Of the noise, and of the draw from the posterior. The reference sets none. */
  readonly seed: number;
}

/** Makes a {@linkcode LatentError} part. */
export const latentError: Maker<LatentError, "model"> = part(
  "latentError",
  { step: 200, ensemble: 4, prompt: "a photo of a [CLS]", size: 256, seed: 1 },
  {
    required: ["model"],
    check: ({ model, step, ensemble, prompt, size, seed }) => {
      checkModel("latentError.model", model);
      checkText("latentError.prompt", prompt);
      checkNumber("latentError.step", step, { from: 0, to: 999, integer: true });
      checkNumber("latentError.ensemble", ensemble, { from: 1, integer: true });
      checkNumber("latentError.size", size, { from: 8, integer: true });
      if (size % 8 !== 0) {
        throw new RangeError(`Cannot define latentError.size: given ${size}, expected a multiple of 8`);
      }
      checkNumber("latentError.seed", seed, { from: 0, integer: true });
    },
  },
);

/** The words for one sample. */
export function latentErrorPrompt({ prompt }: LatentError, { caption }: { readonly caption: string | null }): string {
  if (caption === null && prompt.includes("[CLS]")) return "a photo";
  return prompt.replaceAll("[CLS]", caption ?? "");
}
