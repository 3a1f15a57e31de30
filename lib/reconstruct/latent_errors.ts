/** Error maps: what a {@linkcode LatentError} part says, carried out. */
import type { Image } from "../image/decode.ts";
import { resizeImage } from "../image/resize.ts";
import { drawBatch } from "./draws.ts";
import { type LatentError, latentErrorPrompt } from "./latent_error.ts";
import { encodeImages } from "./latents.ts";
import { checkSort, type Named, networkMultiple } from "./method.ts";
import { addNoise, type SchedulerConfig, velocity } from "./noise/mod.ts";
import type { Component, Pipeline } from "./pipeline.ts";
import { encodePrompt, type Prompt } from "./prompt.ts";
import { valuesOfImages } from "./prepare.ts";
import type { Values } from "./values.ts";

/** An image, the id of its sample and the words that stand for "[CLS]". */
export interface Captioned extends Named {
  readonly caption: string | null;
}

/** What of a pipeline error maps need. */
export const latentErrorComponents: readonly Component[] = ["unet", "vae_encoder", "text_encoder"];

/**
 * The error map of each image, [4, size / 8, size / 8]. It depends on the part, the pipeline, the image, its id and its
 * caption alone, and not on who stands beside it, but for the last digits of float32.
 *
 * The images of a batch are encoded together. The network is asked once for all those of one prompt, with every noise of
 * the ensemble: under "a photo" once a batch, under "a photo of a [CLS]" once for each class.
 *
 * Source: LaRE² (`extract_lare.py`): images stretched to a square by Pillow's bicubic filter, one draw from the posterior
 * for all noises of an ensemble, the noise itself as what the network should say, or the velocity where it says that.
 *
 * @throws {TypeError} when the pipeline is one for inpainting
 * @throws {RangeError} when its network takes no images of that size
 */
export async function latentErrors(
  spec: LatentError,
  images: readonly Captioned[],
  pipeline: Pipeline,
): Promise<readonly Values[]> {
  checkSort(spec.kind, pipeline, "plain");
  checkSize(spec, pipeline);
  const squares = await Promise.all(images.map(({ image }) => squared(image, spec.size)));
  const { latentChannels, latentScale } = pipeline.info;
  const length = latentChannels * (spec.size / latentScale) ** 2;
  const posterior = drawBatch(spec.seed, images, { purpose: "posterior", length });
  const latents = await encodeImages(pipeline, valuesOfImages(squares), posterior);
  const shape = latents.shape.slice(1);
  const maps: Values[] = [];
  for (const [words, members] of groupsBy(images, (image) => latentErrorPrompt(spec, image))) {
    const group = members.map((n) => images[n]);
    const errors = await latentErrorOf(pipeline, {
      latents: members.map((n) => latents.data.subarray(n * length, (n + 1) * length)),
      shape,
      noise: drawBatch(spec.seed, group, { purpose: "error", length: spec.ensemble * length }),
      step: spec.step,
      prompt: await encodePrompt(pipeline, words),
    });
    for (const [i, n] of members.entries()) maps[n] = errors[i];
  }
  return maps;
}

function checkSize({ size }: LatentError, { info }: Pipeline): void {
  const multiple = networkMultiple(null, info);
  if (size % multiple === 0) return;
  throw new RangeError(
    `Cannot make error maps of ${size} × ${size} pixels with the pipeline "${info.name}": its network takes multiples ` +
      `of ${multiple}. Set latentError.size to one, as 256`,
  );
}

/** The image as LaRE² gives it to the autoencoder. */
async function squared(image: Image, size: number): Promise<Image> {
  if (image.width === size && image.height === size) return image;
  return await resizeImage(image, { width: size, height: size, filter: "pillow-bicubic" });
}

/**
 * How far the network is off in one step, squared and averaged over an ensemble of noises, for images of one prompt.
 *
 * @param latents of each image, [C, h, w], with their shape
 * @param noise of each image in turn, one for each member of its ensemble
 * @returns a map [C, h, w] of each image
 */
export async function latentErrorOf(
  pipeline: Pipeline,
  { latents, shape, noise, step, prompt }: {
    readonly latents: readonly Float32Array[];
    readonly shape: readonly number[];
    readonly noise: Float32Array;
    readonly step: number;
    readonly prompt: Prompt;
  },
): Promise<readonly Values[]> {
  const length = shape.reduce((a, b) => a * b);
  const ensemble = noise.length / length / latents.length;
  const repeated = new Float32Array(noise.length);
  for (let row = 0; row < ensemble * latents.length; row++) {
    repeated.set(latents[Math.floor(row / ensemble)], row * length);
  }
  const noisy = addNoise(pipeline.info.scheduler, repeated, noise, step);
  const batch: Values = { data: noisy, shape: [ensemble * latents.length, ...shape] };
  const { data: said } = await pipeline.predict({ latents: batch, timestep: step, prompt });
  const target = targetOf(pipeline.info.scheduler, { sample: repeated, noise, step });
  return latents.map((_, image) => {
    const data = new Float32Array(length);
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (let e = 0, at = image * ensemble * length + i; e < ensemble; e++, at += length) {
        sum += (said[at] - target[at]) ** 2;
      }
      data[i] = sum / ensemble;
    }
    return { data, shape };
  });
}

/** What the network should say. */
function targetOf(
  config: SchedulerConfig,
  { sample, noise, step }: {
    readonly sample: Float32Array;
    readonly noise: Float32Array;
    readonly step: number;
  },
): Float32Array {
  switch (config.predictionType) {
    case "epsilon":
      return noise;
    case "v_prediction":
      return velocity(config, sample, noise, step);
    case "sample":
      return sample;
  }
}

/** Places of a list by what is said of each, in the order in which it is first said. */
function groupsBy<T>(list: readonly T[], said: (one: T) => string): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  for (const [n, one] of list.entries()) groups.set(said(one), [...groups.get(said(one)) ?? [], n]);
  return groups;
}
