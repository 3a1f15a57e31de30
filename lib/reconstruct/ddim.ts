import { checkChoice, checkNumber, checkText } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { denoise } from "./denoise.ts";
import { type Target, targets } from "./existing.ts";
import { decodeLatents, encodeImages } from "./latents.ts";
import { checkModel } from "./models.ts";
import { networkMethod } from "./network_method.ts";
import { inverseSampler, otherKind, samplerOf } from "./noise/mod.ts";
import type { Pipeline } from "./pipeline.ts";
import { predictor, type Telling } from "./predict.ts";
import { plainFitting } from "./prepare.ts";
import type { Values } from "./values.ts";

/**
 * Images taken back to the noise that DDIM would have made them of, and forward again: what a model has made itself comes
 * back nearly as it was, a photograph does not. No noise is drawn; the mean of the posterior is taken.
 *
 * Source: DIRE (Wang et al., ICCV 2023), which takes 20 steps ("ddim20") of a model of pixels; in the latents of Stable
 * Diffusion it is what AlignedForensics' code has as `ddim_inversion` and `ddim_sample`, of the last `strength` of the
 * plan where it is given steps. Inversion and denoising are diffusers' `DDIMInverseScheduler` and `DDIMScheduler` over
 * the pipeline's own noise.
 */
export interface Ddim extends Part<"ddim"> {
  /** Name of a folder of pipelines, as "sd15"; see `knownPipelines`. */
  readonly model: string;
  /** Steps from an image to noise, ≥ 1, and as many back. */
  readonly steps: number;
  /** What the network is told, on both ways. */
  readonly prompt: string;
  /** Factor of classifier-free guidance, ≥ 0, on both ways; at most 1: none. More makes the inversion inexact. */
  readonly guidance: number;
  /** Which samples get a reconstruction. */
  readonly of: Target;
}

/** Makes a {@linkcode Ddim} part. */
export const ddim: Maker<Ddim, "model"> = part(
  "ddim",
  { steps: 20, prompt: "", guidance: 1, of: "both" },
  {
    required: ["model"],
    check: ({ model, steps, prompt, guidance, of }) => {
      checkModel("ddim.model", model);
      checkNumber("ddim.steps", steps, { from: 1, integer: true });
      checkText("ddim.prompt", prompt);
      checkNumber("ddim.guidance", guidance, { from: 0 });
      checkChoice("ddim.of", of, targets);
    },
  },
);

/** How a {@linkcode Ddim} part is carried out. */
export const ddimMethod = networkMethod<Ddim>({
  sort: "plain",
  fitting: plainFitting,
  prompt: (spec) => spec,
  through: async ({ steps }, { pipeline, values, telling }) =>
    (await invertAndBack(pipeline, values, { steps, telling })).images,
});

/**
 * Images to noise by DDIM inversion, and back.
 *
 * @param images [N, 3, H, W], −1…1, sides multiples of 8
 * @returns the noise and the latents it came back to, [N, 4, H / 8, W / 8], and the images decoded from these
 */
export async function invertAndBack(
  pipeline: Pipeline,
  images: Values,
  { steps, telling }: { readonly steps: number; readonly telling: Telling },
): Promise<{ readonly noise: Values; readonly latents: Values; readonly images: Values }> {
  const { data, shape } = await encodeImages(pipeline, images, null);
  const scheduler = otherKind(pipeline.info.scheduler, "ddim");
  const predict = predictor(pipeline, { shape, beside: null }, telling);
  const noise = await denoise(data, { sampler: inverseSampler(scheduler, { steps }), predict });
  const latents = { data: await denoise(noise, { sampler: samplerOf(scheduler, { steps }), predict }), shape };
  return { noise: { data: noise, shape }, latents, images: await decodeLatents(pipeline, latents) };
}
