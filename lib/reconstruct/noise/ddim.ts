import { mixNoise } from "./add.ts";
import type { ConfigOf } from "./config.ts";
import { conversion } from "./convert.ts";
import { choice, flag, number, only } from "./options.ts";
import { begin, checkLength, type Plan, type Sampler, skippedSteps, weightedSum } from "./sampler.ts";
import { remainingSignal, scheduleOptions } from "./schedule.ts";
import { roundEven, spacedTimesteps, spacingOptions } from "./spacing.ts";

/** Options that DDIM and its inverse share. */
export const ddimBaseOptions = {
  ...scheduleOptions,
  /** Whether the image that a prediction tells is held within ± `clipSampleRange` at every step. */
  clipSample: flag(true),
  clipSampleRange: number(1, { from: 0 }),
  /** Whether the chain ends at the clean image (ᾱ = 1), or at the little noise of timestep 0. */
  setAlphaToOne: flag(true),
  /** What the network predicts. */
  predictionType: choice(["epsilon", "sample", "v_prediction"], "epsilon"),
  /** Whether nothing is left of the image at the last timestep. */
  rescaleBetasZeroSnr: flag(false),
};

/** Options of diffusers' DDIMScheduler. */
export const ddimOptions = { ...ddimBaseOptions, ...spacingOptions("leading"), thresholding: only(false) };

/**
 * DDIM without noise of its own (η = 0).
 *
 * Source: Song et al. (ICLR 2021), equation 12; diffusers 0.42, which steps `numTrainTimesteps / steps` timesteps down
 * whatever the spacing.
 *
 * @throws {RangeError} as {@linkcode spacedTimesteps}, `skippedSteps` and `conversion`
 */
export function ddimSampler(config: ConfigOf<"ddim">, plan: Plan): Sampler {
  const signal = remainingSignal(config);
  const end = config.setAlphaToOne ? 1 : signal[0];
  const stride = Math.floor(config.numTrainTimesteps / plan.steps);
  const timesteps = spacedTimesteps(config, plan.steps).map(roundEven).slice(skippedSteps(plan));
  return {
    timesteps,
    initialSigma: 1,
    scaleInput: (sample) => sample,
    step: ddimStep(config, timesteps.map((t) => ({ at: t, from: signal[t], to: signal[t - stride] ?? end }))),
    noised: (sample, noise, i) => mixNoise(signal, { sample, noise, timestep: timesteps[i] }),
  };
}

/** One step of DDIM, either way: from a share of signal to another. */
export interface Way {
  /** Timestep, for errors. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** The image and the noise that the prediction tells, mixed anew as they are where the step leads. */
export function ddimStep(config: ConfigOf<"ddim"> | ConfigOf<"ddimInverse">, ways: readonly Way[]): Sampler["step"] {
  const steps = ways.map(({ at, from, to }) => {
    const { image, noise } = conversion(config.predictionType, from, at);
    return { image, noise, signal: Math.sqrt(to), rest: Math.sqrt(1 - to) };
  });
  const limit = config.clipSample ? config.clipSampleRange : Infinity;
  return (sample, prediction, { i }) => {
    const { image: [imageX, imageP], noise: [noiseX, noiseP], signal, rest } = steps[i];
    if (limit === Infinity) {
      const [ofX, ofP] = [signal * imageX + rest * noiseX, signal * imageP + rest * noiseP];
      return { sample: weightedSum([ofX, sample], [ofP, prediction]), history: begin };
    }
    checkLength(prediction, sample.length);
    const next = new Float32Array(sample.length);
    for (let j = 0; j < next.length; j++) {
      const x = sample[j], p = prediction[j];
      const clean = Math.min(Math.max(imageX * x + imageP * p, -limit), limit);
      next[j] = signal * clean + rest * (noiseX * x + noiseP * p);
    }
    return { sample: next, history: begin };
  };
}
