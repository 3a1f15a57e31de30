import { random } from "../../random.ts";

/** What noise is drawn for: the first latents of a chain, a sample of the VAE's posterior, the noise of an error map. */
export type NoisePurpose = "latents" | "posterior" | "error";

/**
 * Standard normal numbers that depend on nothing but seed, sample and purpose: an image that is made anew, alone, in
 * another order or by another machine of several, gets the same. More of them begin with those that fewer are.
 */
export function drawNoise(seed: number, sampleId: string, purpose: NoisePurpose, length: number): Float32Array {
  return random(seed, "reconstruct", purpose, sampleId).normals(length);
}
