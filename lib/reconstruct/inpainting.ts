import { checkChoice, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { denoise } from "./denoise.ts";
import { drawBatch } from "./draws.ts";
import { type Target, targets } from "./existing.ts";
import { decodeLatents, latentsOf } from "./latents.ts";
import { checkModel } from "./models.ts";
import { networkMethod } from "./network_method.ts";
import type { Pipeline } from "./pipeline.ts";
import { predictor, type Telling } from "./predict.ts";
import { drctFitting } from "./prepare.ts";
import { checkScheduler, planOf, type SamplerKind } from "./scheduler_option.ts";
import type { Values } from "./values.ts";

/**
 * Reconstructions by a Stable Diffusion inpainting pipeline whose mask is zero everywhere and whose prompt is empty:
 * the image goes through the whole diffusion and nothing of it is asked to change.
 *
 * They lie in `<artifacts>/inpainting-<fingerprint>/<sample id>.png`; the folder's name covers every option but `of`.
 *
 * Source: DRCT (Chen et al., ICML 2024), reference code: 50 steps, guidance 7.5, seed 2023; the image cut to at most 1024
 * pixels a side and padded to a multiple of 8, the result brought back to the size that was cut to. The reference seeds
 * before each image, so that all get the same noise; here the noise is each image's own, by its id.
 */
export interface Inpainting extends Part<"inpainting"> {
  /** Name of a folder of pipelines; "sd1", "sd2" and "sdxl" are those of DRCT, see `knownPipelines`. */
  readonly model: string;
  /** Denoising steps, ≥ 1. */
  readonly steps: number;
  /** Factor of classifier-free guidance, ≥ 0; at most 1: none. */
  readonly guidance: number;
  /** Which samples get a reconstruction. */
  readonly of: Target;
  /** Of the noise. */
  readonly seed: number;
  /** How noise is taken away from step to step; null: as the pipeline's own scheduler. */
  readonly scheduler: SamplerKind | null;
}

/** Makes an {@linkcode Inpainting} part. */
export const inpainting: Maker<Inpainting, "model"> = part(
  "inpainting",
  { steps: 50, guidance: 7.5, of: "both", seed: 2023, scheduler: null },
  {
    required: ["model"],
    check: ({ model, steps, guidance, of, seed, scheduler }) => {
      checkModel("inpainting.model", model);
      checkNumber("inpainting.steps", steps, { from: 1, integer: true });
      checkNumber("inpainting.guidance", guidance, { from: 0 });
      checkChoice("inpainting.of", of, targets);
      checkNumber("inpainting.seed", seed, { from: 0, integer: true });
      checkScheduler("inpainting.scheduler", scheduler);
    },
  },
);

/** How an {@linkcode Inpainting} part is carried out. */
export const inpaintingMethod = networkMethod<Inpainting>({
  sort: "inpainting",
  fitting: drctFitting,
  prompt: ({ guidance }) => ({ prompt: "", guidance }),
  async through({ seed, steps, scheduler }, { pipeline, images, values, length, telling }) {
    const draw = (purpose: "latents" | "posterior", after = 0) => drawBatch(seed, images, { purpose, length, after });
    const begun = pipeline.info.family === "sdxl" ? draw("posterior", length) : null;
    const noise = { latents: draw("latents"), masked: draw("posterior"), begun };
    return (await inpaint(pipeline, values, { noise, steps, scheduler, telling })).images;
  },
});

/** What decides an inpainting beside the images. */
export interface InpaintingPlan {
  /** Standard normal numbers, as many as the latents have. */
  readonly noise: {
    readonly latents: Float32Array;
    /** Draws the latents of the masked image, which stand beside the noisy ones, from their posterior. */
    readonly masked: Float32Array;
    /** Draws the latents that the diffusion begins with from theirs; null: it begins with noise alone. */
    readonly begun: Float32Array | null;
  };
  readonly steps: number;
  readonly scheduler: SamplerKind | null;
  readonly telling: Telling;
}

/**
 * Strength of SDXL's pipeline where none is given, as diffusers has it: of 50 steps the first is left out, and the
 * diffusion begins with the noised image. Others begin with noise alone.
 */
const SDXL_STRENGTH = 0.9999;

/**
 * Images inpainted with a mask that is zero everywhere, so that the masked image is the image. The network takes the
 * noisy latents, the mask and the latents of the masked image, in this order, side by side as 9 channels.
 *
 * @param images [N, 3, H, W], −1…1, sides multiples of 8
 * @returns latents [N, 4, H / 8, W / 8] and the images decoded from them
 */
export async function inpaint(
  pipeline: Pipeline,
  images: Values,
  { noise, steps, scheduler, telling }: InpaintingPlan,
): Promise<{ readonly latents: Values; readonly images: Values }> {
  const sampler = planOf(pipeline.info.scheduler, {
    scheduler,
    steps,
    strength: noise.begun === null ? 1 : SDXL_STRENGTH,
  });
  const posterior = await pipeline.encode(images);
  const masked = latentsOf(posterior, noise.masked, pipeline.info);
  const shape = posterior.mean.shape;
  const begin = noise.begun === null
    ? noise.latents.map((value) => value * sampler.initialSigma)
    : sampler.noised(latentsOf(posterior, noise.begun, pipeline.info), noise.latents, 0);
  const predict = predictor(pipeline, { shape, beside: maskedBeside({ data: masked, shape }) }, telling);
  const latents = { data: await denoise(begin, { sampler, predict }), shape };
  return { latents, images: await decodeLatents(pipeline, latents) };
}

/** The channels behind the noisy latents: an empty mask, and the latents of the image under it. */
function maskedBeside({ data, shape: [count, channels, height, width] }: Values): Values {
  const area = height * width;
  const row = (1 + channels) * area;
  const beside = new Float32Array(count * row);
  for (let n = 0; n < count; n++) {
    beside.set(data.subarray(n * channels * area, (n + 1) * channels * area), n * row + area);
  }
  return { data: beside, shape: [count, 1 + channels, height, width] };
}
