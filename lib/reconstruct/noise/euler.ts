import type { ConfigOf } from "./config.ts";
import { choice, flag, numberOrNone, only } from "./options.ts";
import { begin, type Plan, type Sampler, skippedSteps, weightedSum } from "./sampler.ts";
import { positiveSignal, scheduleOptions } from "./schedule.ts";
import { karrasLevels, levelAt, noiseLevels, timestepOf } from "./sigmas.ts";
import { spacedTimesteps, spacingOptions } from "./spacing.ts";

/** Options of diffusers' EulerDiscreteScheduler. */
export const eulerOptions = {
  ...scheduleOptions,
  ...spacingOptions("linspace"),
  /** What the network predicts. */
  predictionType: choice(["epsilon", "sample", "v_prediction"], "epsilon"),
  /** Whether nothing is left of the image at the last timestep; a trace is kept, so that its level is finite. */
  rescaleBetasZeroSnr: flag(false),
  /** Whether the noise levels are those of Karras et al. */
  useKarrasSigmas: flag(false),
  /** The smallest of them, and the largest; null: those of the timesteps. */
  sigmaMin: numberOrNone(),
  sigmaMax: numberOrNone(),
  /** Where the chain ends: without noise, or at the level of timestep 0. */
  finalSigmasType: choice(["zero", "sigma_min"], "zero"),
  interpolationType: only("linear"),
  timestepType: only("discrete"),
  useExponentialSigmas: only(false),
  useBetaSigmas: only(false),
};

/**
 * Euler's method in the scale where the image keeps its own and the noise grows to σ.
 *
 * Source: Karras et al. (NeurIPS 2022), algorithm 2 without churn; diffusers 0.42.
 */
export function eulerSampler(config: ConfigOf<"euler">, plan: Plan): Sampler {
  const all = noiseLevels(positiveSignal(config));
  let whole = spacedTimesteps(config, plan.steps).map(Math.fround);
  let levels = whole.map((t) => levelAt(all, t));
  if (config.useKarrasSigmas) {
    const { sigmaMax: largest = null, sigmaMin: smallest = null } = config;
    levels = karrasLevels(largest ?? levels[0], smallest ?? levels[levels.length - 1], whole.length);
    whole = levels.map((level) => Math.fround(timestepOf(level, all)));
  }
  const sigmas = Float32Array.of(...levels, config.finalSigmasType === "zero" ? 0 : all[0]);
  const largest = Math.max(...sigmas);
  const skipped = skippedSteps(plan);
  return {
    timesteps: whole.slice(skipped),
    initialSigma: config.timestepSpacing === "leading" ? Math.sqrt(largest ** 2 + 1) : largest,
    scaleInput: (sample, i) => weightedSum([1 / Math.sqrt(sigmas[skipped + i] ** 2 + 1), sample]),
    step: (sample, prediction, { i }) => {
      const [ofSample, ofPrediction] = eulerStep(config, sigmas[skipped + i], sigmas[skipped + i + 1]);
      return { sample: weightedSum([ofSample, sample], [ofPrediction, prediction]), history: begin };
    },
    noised: (sample, noise, i) => weightedSum([1, sample], [sigmas[skipped + i], noise]),
  };
}

/** Factors of sample and prediction in a step from one noise level to another. */
function eulerStep({ predictionType }: ConfigOf<"euler">, from: number, to: number): readonly [number, number] {
  if (predictionType === "epsilon") return [1, to - from];
  const share = (to - from) / from;
  if (predictionType === "sample") return [1 + share, -share];
  const square = from ** 2 + 1;
  return [1 + share * (1 - 1 / square), share * from / Math.sqrt(square)];
}
