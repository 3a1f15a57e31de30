/** From images to latents and back, through a pipeline's autoencoder. */
import type { Pipeline } from "./pipeline.ts";
import type { Values } from "./values.ts";

/** What is taken of the distribution that the encoder gives: its mean, or a draw from it. */
export type Posterior = "mean" | "sample";

/** All of them, to choose from. */
export const posteriors: readonly Posterior[] = ["mean", "sample"];

/** Bounds of the logarithm of the variance, as diffusers has them. */
const LOG_VARIANCE = { least: -30, most: 20 };

/**
 * Latents of images, in the scale in which noise is laid over them.
 *
 * @param images [N, 3, H, W], −1…1
 * @param noise standard normal, as many as the latents have; null: the mean of the posterior
 * @returns [N, C, H / 8, W / 8]
 */
export async function encodeImages(pipeline: Pipeline, images: Values, noise: Float32Array | null): Promise<Values> {
  const posterior = await pipeline.encode(images);
  return { data: latentsOf(posterior, noise, pipeline.info), shape: posterior.mean.shape };
}

/**
 * Latents of a posterior: the mean, or the draw that the noise says, shifted and scaled as the pipeline has it.
 *
 * @throws {RangeError} when there is not a number of noise for each of the mean's
 */
export function latentsOf(
  { mean, logvar }: { readonly mean: Values; readonly logvar: Values },
  noise: Float32Array | null,
  { scalingFactor, shiftFactor }: Pick<Pipeline["info"], "scalingFactor" | "shiftFactor">,
): Float32Array {
  const shift = shiftFactor ?? 0;
  if (noise === null) return mean.data.map((value) => (value - shift) * scalingFactor);
  if (noise.length !== mean.data.length) {
    throw new RangeError(
      `Cannot draw latents [${mean.shape.join(", ")}] with ${noise.length} numbers of noise: ` +
        `expected ${mean.data.length}`,
    );
  }
  const { least, most } = LOG_VARIANCE;
  return mean.data.map((value, i) => {
    const deviation = Math.exp(0.5 * Math.min(Math.max(logvar.data[i], least), most));
    return (value + deviation * noise[i] - shift) * scalingFactor;
  });
}

/**
 * Images of latents.
 *
 * @param latents [N, C, h, w], in the scale of {@linkcode encodeImages}
 * @returns [N, 3, 8h, 8w], about −1…1; the autoencoder holds itself to no bounds
 */
export async function decodeLatents(pipeline: Pipeline, latents: Values): Promise<Values> {
  const { scalingFactor, shiftFactor } = pipeline.info;
  const shift = shiftFactor ?? 0;
  return await pipeline.decode({ ...latents, data: latents.data.map((value) => value / scalingFactor + shift) });
}
