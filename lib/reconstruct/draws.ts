import { drawNoise, type NoisePurpose } from "./noise/mod.ts";

/**
 * Standard normal numbers for a batch, `length` of each image in turn: of each its own, so that it comes out the same
 * whoever stands beside it.
 *
 * @param after how many of the image's numbers for the purpose are passed over
 */
export function drawBatch(
  seed: number,
  images: readonly { readonly id: string }[],
  { purpose, length, after = 0 }: { readonly purpose: NoisePurpose; readonly length: number; readonly after?: number },
): Float32Array {
  const noise = new Float32Array(images.length * length);
  for (const [n, { id }] of images.entries()) {
    noise.set(drawNoise(seed, id, purpose, after + length).subarray(after), n * length);
  }
  return noise;
}
