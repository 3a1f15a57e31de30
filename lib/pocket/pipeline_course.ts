/**
 * The pocket world's pipeline and how it learns: latents of four channels for every 2 × 2 pixels, an autoencoder whose
 * way there is fixed, and a denoiser that is told a timestep and a text, over Stable Diffusion's noise.
 *
 * Source: High-Resolution Image Synthesis with Latent Diffusion Models (Rombach et al. 2022), eq. 3 for the loss, in
 * small.
 */
// B samples · H, W height and width of latents · L latent channels · T tokens · D width of a token
import { mean, type Scalar, square, sub, tensor, type Tensor3D, type Tensor4D, tidy } from "../engine/ops.ts";
import { disposeTree } from "../engine/tree.ts";
import type { Image } from "../image/decode.ts";
import { type AdamState, adamW, initAdam, updateAdamW } from "../optimizers/adamw.ts";
import { slopeOf } from "../optimizers/slope.ts";
import { stepBy } from "../optimizers/step.ts";
import { random } from "../random.ts";
import { addNoise, readSchedulerConfig } from "../reconstruct/noise/mod.ts";
import { cosine, cosineRate } from "../schedules/cosine.ts";
import { type AnalysisParams, toLatents } from "./autoencoder.ts";
import { drawCrops, toTensor } from "./crops.ts";
import { waveTensor } from "./diffusion.ts";
import type { DecoderCourse } from "./generators.ts";
import { denoise, type DenoiserParams, initDenoiser, seededWeights } from "./networks.ts";
import { applyTextAttention, initTextAttention, type TextAttentionParams } from "./text_attention.ts";

/** Everything that decides the pipeline, beside the training photographs and the text tower. */
export interface PipelineCourse {
  readonly seed: number;
  readonly decoder: DecoderCourse;
  readonly denoiser: {
    readonly steps: number;
    /** Crops a step. */
    readonly batch: number;
    /** Side of a crop, pixels. */
    readonly crop: number;
    /** Largest learning rate of AdamW; it rises over 50 steps and falls along a cosine. */
    readonly rate: number;
    /** Channels at each size, the largest first. */
    readonly widths: readonly number[];
    /** Share of the crops that are told nothing, so that guidance has something to steer away from. */
    readonly untold: number;
  };
}

/**
 * The course of the shipped pipeline. Four channels hold of blocks of 4 × 4 pixels what comes back with 22 dB on
 * validation patches, of 2 × 2 with 29: where fakes differ from photographs is finer than the first.
 */
export const pipelineCourse: PipelineCourse = {
  seed: 1,
  decoder: {
    ...{ kind: "decoder", block: 2, latent: 4, codes: null, widths: [48, 24], doubling: "nearest" },
    ...{ skip: true, noise: 0.04, critic: null, steps: 400, batch: 16, crop: 32, rate: 2e-3 },
  },
  denoiser: { steps: 1500, batch: 16, crop: 32, rate: 2e-3, widths: [32, 64], untold: 0.15 },
};

/** As `scheduler_config.json` has it: the noise of Stable Diffusion 1. */
export const pipelineScheduler = {
  _class_name: "PNDMScheduler",
  ...{ num_train_timesteps: 1000, beta_start: 0.00085, beta_end: 0.012, beta_schedule: "scaled_linear" },
  ...{ clip_sample: false, set_alpha_to_one: false, skip_prk_steps: true, steps_offset: 1 },
  ...{ prediction_type: "epsilon", trained_betas: null },
} as const;

/** The same as the schedulers take it. */
export const pipelineNoise = readSchedulerConfig(pipelineScheduler, "scheduler_config.json");

/** Weights of the denoiser. */
export type PipelineDenoiserParams = { readonly unet: DenoiserParams; readonly text: TextAttentionParams };

/** A denoiser in training. */
export type PipelineState = {
  readonly params: PipelineDenoiserParams;
  readonly adam: AdamState<PipelineDenoiserParams>;
};

/** A photograph and what may be said of it, each as the text tower's states [T, D], row by row. */
export interface Told {
  readonly image: Image;
  readonly texts: readonly Float32Array[];
}

/** What a step is given beside the course. */
export interface PipelineMaterial {
  readonly analysis: AnalysisParams;
  readonly photographs: readonly Told[];
  /** The states of the empty text, [T, D]. */
  readonly nothing: Float32Array;
  /** D */
  readonly width: number;
}

const adam = adamW({ decay: 0, beta2: 0.99 });

/** A denoiser before its first step. */
export function initPipelineState(
  { seed, denoiser: { widths }, decoder: { latent } }: PipelineCourse,
  { width }: Pick<PipelineMaterial, "width">,
): PipelineState {
  const weights = seededWeights(seed, "pipeline.denoiser");
  const params = {
    unet: initDenoiser({ channels: latent, widths }, weights),
    text: initTextAttention({ channels: widths[widths.length - 1], width }, weights),
  };
  return { params, adam: initAdam(adam, params) };
}

/** The noise in latents, as the denoiser guesses it: [B, H, W, L] → [B, H, W, L]. */
export function guessNoise(
  { unet, text }: PipelineDenoiserParams,
  z_BHWL: Tensor4D,
  { steps, states }: { readonly steps: readonly number[]; readonly states: Tensor3D },
): Tensor4D {
  const told = (x_BHWC: Tensor4D) => applyTextAttention(text, x_BHWC, states);
  return tidy(() => denoise(unet, z_BHWL, { wave_BE: waveTensor(steps), beside_BHWD: null, told }));
}

/**
 * One step of the denoiser; consumes `state`.
 *
 * @param step counted from 1
 * @returns the state after it, and the mean squared error of the guessed noise before it
 */
export function stepPipeline(
  course: PipelineCourse,
  state: PipelineState,
  { step, ...material }: PipelineMaterial & { readonly step: number },
): { readonly state: PipelineState; readonly error: number } {
  const { batch, ...numbers } = course.denoiser;
  const draw = random(course.seed, "pipeline.denoiser", step);
  const chosen = Array.from({ length: batch }, () => material.photographs[draw.integer(material.photographs.length)]);
  const at = chosen.map(() => draw.integer(pipelineScheduler.num_train_timesteps));
  const crops = chosen.flatMap(({ image }) => drawCrops([image], { count: 1, size: numbers.crop }, draw));
  const texts = chosen.map(({ texts }) =>
    draw.uniform() < numbers.untold ? material.nothing : texts[draw.integer(texts.length)]
  );
  const clean = tidy(() => toLatents(material.analysis, toTensor(crops)));
  const { shape } = clean;
  const latents = clean.dataSync<"float32">();
  clean.dispose();
  const noise = draw.normals(latents.length);
  const length = latents.length / batch;
  const noisy = new Float32Array(latents.length);
  for (const [i, t] of at.entries()) {
    const part = (values: Float32Array) => values.subarray(i * length, (i + 1) * length);
    noisy.set(addNoise(pipelineNoise, part(latents), part(noise), t), i * length);
  }
  const [z_BHWL, noise_BHWL] = [noisy, noise].map((values) => tensor(values, shape) as Tensor4D);
  const states = tensor(Float32Array.from(texts.flatMap((text) => [...text])), [
    batch,
    texts[0].length / material.width,
    material.width,
  ]) as Tensor3D;
  const slope = slopeOf((params: PipelineDenoiserParams) => {
    const total = mean(square(sub(guessNoise(params, z_BHWL, { steps: at, states }), noise_BHWL))) as Scalar;
    return { value: { total, terms: {} }, buffers: {} };
  });
  const where = { params: state.params, state: state.adam, rate: rateAt(numbers, step), step };
  const { params, state: after, value } = stepBy(updateAdamW<PipelineDenoiserParams>, { spec: adam, slope, at: where });
  const error = value.total.dataSync()[0];
  disposeTree([z_BHWL, noise_BHWL, states, value.total]);
  return { state: { params, adam: after }, error };
}

function rateAt({ rate, steps }: { readonly rate: number; readonly steps: number }, step: number): number {
  const warmup = Math.min(50, steps / 10);
  const curve = cosine({ period: steps - warmup, floor: rate / 100, warmup, every: "step" });
  return cosineRate(curve, rate, { epoch: Math.min(step, steps) });
}
