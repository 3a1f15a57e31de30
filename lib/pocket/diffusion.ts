// B samples · H, W height and width · C channels · E embedding width
import {
  add,
  avgPool,
  clipByValue,
  mul,
  sub,
  tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
  upsampleNearest,
} from "../engine/ops.ts";
import { highPass } from "../nn/high_pass.ts";
import type { Random } from "../random.ts";
import { denoise, type DenoiserParams, waves, waveWidth } from "./networks.ts";

/** Noise levels: 0 is almost clean, the last almost pure noise. */
export const levels = 1000;

/**
 * ᾱ, the share of the signal's variance left at each noise level: the product of 1 − β, where √β rises evenly from
 * √.0001 to √.02.
 *
 * Source: Denoising Diffusion Probabilistic Models (Ho et al. 2020) with the "scaled linear" levels of latent
 * diffusion (Rombach et al. 2022), here from .0001 instead of .00085, so that the first levels change less than
 * 8 bits show.
 */
export const signal: Float64Array = (() => {
  const left = new Float64Array(levels);
  let product = 1;
  for (let t = 0; t < levels; t++) {
    const root = Math.sqrt(1e-4) + (Math.sqrt(0.02) - Math.sqrt(1e-4)) * t / (levels - 1);
    left[t] = product *= 1 - root * root;
  }
  return left;
})();

/** Samples at given noise levels, one each: √ᾱ · x + √(1 − ᾱ) · noise. [B, H, W, C] */
export function addNoise(x_BHWC: Tensor4D, noise_BHWC: Tensor4D, at: readonly number[]): Tensor4D {
  return tidy(() => {
    const column = (value: (t: number) => number) => tensor(at.map(value), [at.length, 1, 1, 1]);
    const kept = mul(x_BHWC, column((t) => Math.sqrt(signal[t])));
    return add(kept, mul(noise_BHWC, column((t) => Math.sqrt(1 - signal[t])))) as Tensor4D;
  });
}

/** What a denoiser is told of its noise levels, [B, E]. */
export function waveTensor(at: readonly number[]): Tensor2D {
  return tensor(waves(at), [at.length, waveWidth]) as Tensor2D;
}

/**
 * Pictures at half their size, enlarged again: [B, 2H, 2W, C] → the same shape.
 *
 * Copies of pixels, smoothed by a binomial filter, are what bilinear enlargement by two gives.
 */
export function enlarged(x_BHWC: Tensor4D): Tensor4D {
  return tidy(() => {
    const copied_BHWC = upsampleNearest(avgPool(x_BHWC, 2, 2, "valid"), 2) as Tensor4D;
    return sub(copied_BHWC, highPass(copied_BHWC)) as Tensor4D;
  });
}

/** What an {@linkcode enlarged} picture lacks, times a factor: [B, H, W, C]. */
export function detail(x_BHWC: Tensor4D, enlarged_BHWC: Tensor4D, factor: number): Tensor4D {
  return mul(sub(x_BHWC, enlarged_BHWC), factor) as Tensor4D;
}

/** An enlarged picture with its detail, the inverse of {@linkcode detail}. */
export function withDetail(enlarged_BHWC: Tensor4D, detail_BHWC: Tensor4D, factor: number): Tensor4D {
  return add(enlarged_BHWC, mul(detail_BHWC, 1 / factor)) as Tensor4D;
}

/** How far a sample is noised, and in how many steps it comes back. */
export interface Repaint {
  /** Share of the noise levels, 0…1. */
  readonly strength: number;
  readonly steps: number;
  /** Largest absolute value that a clean sample can have; null: none. */
  readonly bound: number | null;
}

/**
 * Noises samples up to a level and removes the noise again, step by step and without adding any.
 *
 * @param beside what the denoiser sees beside the sample
 * @returns [B, H, W, C], which the caller owns
 *
 * Source: SDEdit (Meng et al. 2022) with the deterministic steps of DDIM (Song et al. 2021, eq. 12 with σ = 0).
 */
export function repaint(
  p: DenoiserParams,
  x_BHWC: Tensor4D,
  { strength, steps, bound, random, beside = null }: Repaint & { random: Random; beside?: Tensor4D | null },
): Tensor4D {
  const first = Math.round(strength * levels) - 1;
  const times = Array.from({ length: steps + 1 }, (_, i) => Math.floor(first * (1 - i / steps)));
  const rows = (t: number) => Array<number>(x_BHWC.shape[0]).fill(t);
  let z_BHWC = tidy(() => {
    const noise_BHWC = tensor(random.normals(x_BHWC.size), x_BHWC.shape) as Tensor4D;
    return addNoise(x_BHWC, noise_BHWC, rows(first));
  });
  for (const [i, t] of times.slice(0, -1).entries()) {
    // the last step returns the clean sample itself
    const after = i === steps - 1 ? 1 : signal[times[i + 1]];
    const next_BHWC = tidy(() => {
      const guess_BHWC = denoise(p, z_BHWC, { wave_BE: waveTensor(rows(t)), beside_BHWD: beside });
      const free_BHWC = mul(sub(z_BHWC, mul(guess_BHWC, Math.sqrt(1 - signal[t]))), 1 / Math.sqrt(signal[t]));
      const clean_BHWC = bound === null ? free_BHWC : clipByValue(free_BHWC, -bound, bound);
      const noise_BHWC = mul(sub(z_BHWC, mul(clean_BHWC, Math.sqrt(signal[t]))), 1 / Math.sqrt(1 - signal[t]));
      return add(mul(clean_BHWC, Math.sqrt(after)), mul(noise_BHWC, Math.sqrt(1 - after))) as Tensor4D;
    });
    z_BHWC.dispose();
    z_BHWC = next_BHWC;
  }
  return z_BHWC;
}
