import { begin, type Sampler } from "./noise/mod.ts";
import type { Predict } from "./predict.ts";

/**
 * Latents taken through every step of a plan: from noise to an image, or, with the plan of an inversion, the other way.
 *
 * @param latents as they are at the first of the plan's timesteps
 * @returns as many numbers, which the caller owns
 */
export async function denoise(
  latents: Float32Array,
  { sampler, predict }: { readonly sampler: Sampler; readonly predict: Predict },
): Promise<Float32Array> {
  let sample = latents;
  let history = begin;
  for (const [i, timestep] of sampler.timesteps.entries()) {
    const prediction = await predict(sampler.scaleInput(sample, i), timestep);
    ({ sample, history } = sampler.step(sample, prediction, { i, history }));
  }
  return sample;
}
