import { type LatentError, latentError } from "../reconstruct/mod.ts";
import type { TimestepError } from "../report/mod.ts";
import { chosenSamples, madeOf, makersOf, type StudyOptions } from "./made.ts";
import { channelMeans, mapOf } from "./maps.ts";

/**
 * What a diffusion model gets wrong of images at some timesteps, for `plot.timesteps`: the mean of each image's error map
 * at each step. An image keeps its draws of noise at every step.
 *
 * @param spec what makes the maps; its own step does not count
 * @param options `steps`: timesteps as the model counts them, 0…999
 * @throws {RangeError} when a step is out of range, or `most` no count
 * @throws {Deno.errors.NotFound} when the pipeline or the data set is missing
 *
 * @example
 * ```ts ignore
 * plot.timesteps(await timestepErrors(latentError({ model: "sd15" }), { of, pipelines, steps: [100, 200, 400] }));
 * ```
 */
export async function timestepErrors(
  spec: LatentError,
  { steps, ...options }: StudyOptions & { readonly steps: readonly number[] },
): Promise<TimestepError[]> {
  const specs = steps.map((step) => latentError({ ...spec, step }));
  const samples = await chosenSamples(options);
  const open = makersOf(options);
  const rows: TimestepError[] = [];
  for (const one of specs) {
    for await (const { sample: { id, label }, result } of madeOf(one, samples, { open, signal: options.signal })) {
      const means = channelMeans(mapOf(result));
      const error = means.reduce((sum, mean) => sum + mean, 0) / means.length;
      rows.push({ id, label, timestep: one.step, error });
      options.tell?.(rows.length, samples.length * specs.length);
    }
  }
  return rows;
}
