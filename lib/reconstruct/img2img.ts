import { checkChoice, checkNumber, checkText } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { denoise } from "./denoise.ts";
import { drawBatch } from "./draws.ts";
import { type Target, targets } from "./existing.ts";
import { decodeLatents, encodeImages } from "./latents.ts";
import { checkModel } from "./models.ts";
import { networkMethod } from "./network_method.ts";
import type { Pipeline } from "./pipeline.ts";
import { predictor, type Telling } from "./predict.ts";
import { plainFitting } from "./prepare.ts";
import { checkScheduler, planOf, type SamplerKind } from "./scheduler_option.ts";
import type { Values } from "./values.ts";

/**
 * Images under so much noise that some of them is still to be seen, and the noise taken away again: the model invents
 * the rest, the more of it the higher the strength.
 *
 * Source: SDEdit (Meng et al., ICLR 2022), as diffusers' image-to-image pipelines do it, whose defaults are taken for all
 * but the prompt: 50 steps, strength 0.8, guidance 7.5. Its PNDM, begun within the chain, repeats its first step and ends
 * a level short of the image; Stable Diffusion 1 has it as its own, and `scheduler: "ddim"` has not that fault.
 */
export interface Img2img extends Part<"img2img"> {
  /** Name of a folder of pipelines, as "sd15"; see `knownPipelines`. */
  readonly model: string;
  /** Steps that the whole way from noise to an image would have, ≥ 1. */
  readonly steps: number;
  /** Share of the way that is gone, 0 < strength ≤ 1: of 50 steps at 0.8 the last 40. */
  readonly strength: number;
  /** What the network is told. */
  readonly prompt: string;
  /** Factor of classifier-free guidance, ≥ 0; at most 1: none. With an empty prompt it changes nothing. */
  readonly guidance: number;
  /** Which samples get a reconstruction. */
  readonly of: Target;
  /** Of the noise. */
  readonly seed: number;
  /** How noise is taken away from step to step; null: as the pipeline's own scheduler. */
  readonly scheduler: SamplerKind | null;
}

/** Makes an {@linkcode Img2img} part. */
export const img2img: Maker<Img2img, "model"> = part(
  "img2img",
  { steps: 50, strength: 0.8, prompt: "", guidance: 7.5, of: "both", seed: 1, scheduler: null },
  {
    required: ["model"],
    check: ({ model, steps, strength, prompt, guidance, of, seed, scheduler }) => {
      checkModel("img2img.model", model);
      checkNumber("img2img.steps", steps, { from: 1, integer: true });
      checkNumber("img2img.strength", strength, { above: 0, to: 1 });
      checkText("img2img.prompt", prompt);
      checkNumber("img2img.guidance", guidance, { from: 0 });
      checkChoice("img2img.of", of, targets);
      checkNumber("img2img.seed", seed, { from: 0, integer: true });
      checkScheduler("img2img.scheduler", scheduler);
    },
  },
);

/** How an {@linkcode Img2img} part is carried out. */
export const img2imgMethod = networkMethod<Img2img>({
  sort: "plain",
  fitting: plainFitting,
  prompt: (spec) => spec,
  async through(spec, { pipeline, images, values, length, telling }) {
    const draw = (purpose: "latents" | "posterior") => drawBatch(spec.seed, images, { purpose, length });
    const noise = { latents: draw("latents"), posterior: draw("posterior") };
    return (await noiseAndBack(pipeline, values, { ...spec, noise, telling })).images;
  },
});

/** What decides an image-to-image chain beside the images. */
export interface Img2imgPlan extends Pick<Img2img, "steps" | "strength" | "scheduler"> {
  /** Standard normal numbers, as many as the latents have. */
  readonly noise: {
    readonly latents: Float32Array;
    /** Draws the latents of the image from their posterior. */
    readonly posterior: Float32Array;
  };
  readonly telling: Telling;
}

/**
 * Images under noise, and back.
 *
 * @param images [N, 3, H, W], −1…1, sides multiples of 8
 * @returns latents [N, 4, H / 8, W / 8] and the images decoded from them
 */
export async function noiseAndBack(
  pipeline: Pipeline,
  images: Values,
  { noise, steps, strength, scheduler, telling }: Img2imgPlan,
): Promise<{ readonly latents: Values; readonly images: Values }> {
  const sampler = planOf(pipeline.info.scheduler, { scheduler, steps, strength });
  const { data, shape } = await encodeImages(pipeline, images, noise.posterior);
  const predict = predictor(pipeline, { shape, beside: null }, telling);
  const begin = sampler.noised(data, noise.latents, 0);
  const latents = { data: await denoise(begin, { sampler, predict }), shape };
  return { latents, images: await decodeLatents(pipeline, latents) };
}
