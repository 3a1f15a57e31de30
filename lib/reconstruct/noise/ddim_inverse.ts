import { mixNoise } from "./add.ts";
import type { ConfigOf } from "./config.ts";
import { ddimBaseOptions, ddimStep } from "./ddim.ts";
import { choice, number } from "./options.ts";
import type { Plan, Sampler } from "./sampler.ts";
import { remainingSignal } from "./schedule.ts";
import { spacedTimesteps } from "./spacing.ts";

/** Options of diffusers' DDIMInverseScheduler. */
export const ddimInverseOptions = {
  ...ddimBaseOptions,
  /** The inverse has no `linspace`. */
  timestepSpacing: choice(["leading", "trailing"], "leading"),
  stepsOffset: number(0, { from: 0, whole: true }),
};

/**
 * DDIM backwards, from a clean sample to noise: each step takes the very levels of the DDIM step that it undoes. The
 * network is asked at the timestep that the step leads to, of the sample as it is before.
 *
 * Source: diffusers 0.42.
 */
export function ddimInverseSampler(config: ConfigOf<"ddimInverse">, { steps }: Pick<Plan, "steps">): Sampler {
  const signal = remainingSignal(config);
  const begin = config.setAlphaToOne ? 1 : signal[0];
  const stride = Math.floor(config.numTrainTimesteps / steps);
  const timesteps = spacedTimesteps(config, steps).reverse();
  return {
    timesteps,
    initialSigma: 1,
    scaleInput: (sample) => sample,
    step: ddimStep(config, timesteps.map((t) => ({ at: t, from: signal[t - stride] ?? begin, to: signal[t] }))),
    noised: (sample, noise, i) => mixNoise(signal, { sample, noise, timestep: timesteps[i] }),
  };
}
