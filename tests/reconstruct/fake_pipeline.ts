/** A pipeline without networks, whose every number can be told on paper. */
import type { Image } from "../../lib/image/decode.ts";
import { random } from "../../lib/random.ts";
import { readSchedulerConfig, type SchedulerConfig } from "../../lib/reconstruct/noise/mod.ts";
import type { Pipeline, PipelineInfo } from "../../lib/reconstruct/pipeline.ts";
import type { Telling } from "../../lib/reconstruct/predict.ts";
import type { Prompt } from "../../lib/reconstruct/prompt.ts";
import type { Values } from "../../lib/reconstruct/values.ts";

/** What the network was asked. */
export interface Asked {
  readonly latents: Values;
  readonly timestep: number;
  /** The text of the prompt. */
  readonly told: string;
}

/** What the network says: as many numbers as four channels of the latents have. */
export type Says = (asked: Asked) => Float32Array;

/**
 * An image's latents are a half of the first pixel of every 8 × 8, and a fourth channel of zeros; there is next to no
 * spread about them. Decoded they are 8 × 8 pixels of one colour. The network says 0 where it is not told what.
 */
export function fakePipeline(
  info: Partial<PipelineInfo> = {},
  says: Says = ({ latents: { shape: [n, , h, w] } }) => new Float32Array(n * 4 * h * w),
): { readonly pipeline: Pipeline; readonly asked: readonly Asked[] } {
  const asked: Asked[] = [];
  const pipeline = {
    info: {
      ...{ name: "fake", folder: "fake", family: "sd1", inpainting: false, scheduler: schedulerLike({}) },
      ...{ scalingFactor: 0.5, shiftFactor: null, latentChannels: 4, latentScale: 8, latentMultiple: 1 },
      ...{ contextLength: 77, zerosForEmpty: false, ...info },
    },
    text: (ids: Int32Array) =>
      Promise.resolve({ last_hidden_state: { data: Float32Array.from(ids), shape: [1, ids.length, 1] } }),
    encode: (images: Values) => Promise.resolve(posteriorOf(images)),
    decode: (latents: Values) => Promise.resolve(imagesOf(latents)),
    predict({ latents, timestep, prompt }: Parameters<Pipeline["predict"]>[0]): Promise<Values> {
      const [n, , h, w] = latents.shape;
      asked.push({ latents: { ...latents, data: latents.data.slice() }, timestep, told: (prompt as Prompt).text });
      return Promise.resolve({ data: says(asked[asked.length - 1]), shape: [n, 4, h, w] });
    },
  };
  return { pipeline: pipeline as unknown as Pipeline, asked };
}

const nothing = { text: "", states: { data: new Float32Array(1), shape: [1, 1, 1] }, pooled: null };

/** An empty prompt, without guidance. */
export const sayNothing: Telling = { prompt: nothing, unconditional: nothing, guidance: 1 };

/** Stable Diffusion's scheduler, with other options. */
export function schedulerLike(options: Readonly<Record<string, unknown>>): SchedulerConfig {
  const stable = {
    ...{ _class_name: "DDIMScheduler", num_train_timesteps: 1000, beta_start: 0.00085, beta_end: 0.012 },
    ...{
      beta_schedule: "scaled_linear",
      clip_sample: false,
      set_alpha_to_one: false,
      steps_offset: 1,
      skip_prk_steps: true,
    },
  };
  return readSchedulerConfig({ ...stable, ...options }, "scheduler_config.json");
}

function posteriorOf({ data, shape: [n, , height, width] }: Values): { mean: Values; logvar: Values } {
  const [h, w] = [height / 8, width / 8];
  const mean = new Float32Array(n * 4 * h * w);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < h; y++) {
        for (let x = 0; x < w; x++) {
          mean[((i * 4 + c) * h + y) * w + x] = data[((i * 3 + c) * height + 8 * y) * width + 8 * x];
        }
      }
    }
  }
  const shape = [n, 4, h, w];
  return { mean: { data: mean, shape }, logvar: { data: new Float32Array(mean.length).fill(-99), shape } };
}

function imagesOf({ data, shape: [n, , h, w] }: Values): Values {
  const images = new Float32Array(n * 3 * h * 8 * w * 8);
  for (let i = 0; i < images.length; i++) {
    const [x, y] = [Math.floor(i / 8) % w, Math.floor(i / (8 * w) / 8) % h];
    const c = Math.floor(i / (64 * w * h)) % 3;
    images[i] = data[((Math.floor(i / (3 * 64 * w * h)) * 4 + c) * h + y) * w + x];
  }
  return { data: images, shape: [n, 3, h * 8, w * 8] };
}

/** Random pixels. */
export function noisyImage(seed: number, { width, height }: { width: number; height: number }): Image {
  const draw = random(seed, "image");
  return { data: Uint8Array.from({ length: width * height * 3 }, () => draw.integer(256)), width, height };
}
