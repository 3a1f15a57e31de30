import type { ConfigOf } from "./config.ts";
import { type Conversion, conversion } from "./convert.ts";
import { choice, flag, number, only } from "./options.ts";
import { begin, type Plan, type Sampler, skippedSteps, type Term, weightedSum } from "./sampler.ts";
import { positiveSignal, scheduleOptions } from "./schedule.ts";
import { karrasLevels, levelAt, noiseLevels, timestepOf } from "./sigmas.ts";
import { between, checkLast, checkSteps, countDown, roundEven, spacingOptions } from "./spacing.ts";

/** Options of diffusers' DPMSolverMultistepScheduler. */
export const dpmSolverOptions = {
  ...scheduleOptions,
  ...spacingOptions("linspace"),
  /** How many of the last predictions a step goes by. */
  solverOrder: choice([1, 2, 3], 2),
  /** What the network predicts. */
  predictionType: choice(["epsilon", "sample", "v_prediction"], "epsilon"),
  /** How a step of order 2 weighs them. */
  solverType: choice(["midpoint", "heun"], "midpoint"),
  /** Whether the last steps of chains under 15 steps are of lower order. */
  lowerOrderFinal: flag(true),
  /** Whether the last step is of order 1 in any case. */
  eulerAtFinal: flag(false),
  /** Whether the noise levels are those of Karras et al. */
  useKarrasSigmas: flag(false),
  /** Where the chain ends: without noise (then with a step of order 1), or at the level of timestep 0. */
  finalSigmasType: choice(["zero", "sigma_min"], "zero"),
  /** Timesteps whose λ = log(√ᾱ / √(1 − ᾱ)) lies below are left out, for schedules that end in hardly any signal. */
  lambdaMinClipped: number(-Infinity),
  /** Whether nothing is left of the image at the last timestep; a trace is kept, so that its level is finite. */
  rescaleBetasZeroSnr: flag(false),
  algorithmType: only("dpmsolver++"),
  thresholding: only(false),
  varianceType: only(null),
  useExponentialSigmas: only(false),
  useBetaSigmas: only(false),
  useLuLambdas: only(false),
  useFlowSigmas: only(false),
  useDynamicShifting: only(false),
};

/** What one step does, in numbers. */
interface Planned {
  /** The image of the sample and the prediction. */
  readonly image: Conversion["image"];
  /** Factor of the sample. */
  readonly ofSample: number;
  /** Factors of the images told by the last predictions, the newest first: as many as the step's order. */
  readonly ofImages: readonly number[];
}

/**
 * DPM-Solver++, multistep, without noise of its own; the history is the images that the last predictions told.
 *
 * Source: Lu et al. (2022), "DPM-Solver++", algorithm 2, and the third order of diffusers 0.42; where two levels of
 * noise are the same, which divides 0 by 0 there, the limit is taken.
 */
export function dpmSolverSampler(config: ConfigOf<"dpmSolver">, plan: Plan): Sampler {
  const signal = positiveSignal(config);
  const all = noiseLevels(signal);
  const { whole, sigmas } = levelsOf(config, { steps: plan.steps, signal, all });
  const skipped = skippedSteps(plan);
  const timesteps = whole.slice(skipped);
  const steps = timesteps.map((_, i) => planned(config, { i, at: skipped + i, sigmas, timesteps: whole }));
  return {
    timesteps,
    initialSigma: 1,
    scaleInput: (sample) => sample,
    step: (sample, prediction, { i, history }) => {
      const { image, ofSample, ofImages } = steps[i];
      if (config.solverOrder === 1) {
        const [ofX, ofP] = image.map((factor) => factor * ofImages[0]);
        return { sample: weightedSum([ofSample + ofX, sample], [ofP, prediction]), history: begin };
      }
      const images = [weightedSum([image[0], sample], [image[1], prediction]), ...history];
      const terms = ofImages.map((factor, k): Term => [factor, images[k]]);
      return { sample: weightedSum([ofSample, sample], ...terms), history: images.slice(0, config.solverOrder - 1) };
    },
    noised: (sample, noise, i) => {
      const { alpha, sigma } = scaled(sigmas[skipped + i]);
      return weightedSum([alpha, sample], [sigma, noise]);
    },
  };
}

/** The timesteps of the whole chain, and its noise levels with the one it ends at. */
function levelsOf(
  config: ConfigOf<"dpmSolver">,
  { steps, signal, all }: { steps: number; signal: Float32Array; all: Float32Array },
): { whole: number[]; sigmas: Float32Array } {
  let whole = timestepsOf(config, steps, signal);
  let levels = whole.map((t) => levelAt(all, t));
  if (config.useKarrasSigmas) {
    levels = karrasLevels(all[all.length - 1], all[0], steps);
    // the cosine's are not rounded but cut off
    const round = config.betaSchedule === "squaredcos_cap_v2" ? Math.floor : roundEven;
    whole = levels.map((level) => round(timestepOf(level, all)));
  }
  return { whole, sigmas: Float32Array.of(...levels, config.finalSigmasType === "zero" ? 0 : all[0]) };
}

/** The spacing of this scheduler: that of the others with one step more, and the last left out. */
function timestepsOf(config: ConfigOf<"dpmSolver">, steps: number, signal: Float32Array): number[] {
  const { timestepSpacing, stepsOffset, numTrainTimesteps, lambdaMinClipped } = config;
  checkSteps(steps, numTrainTimesteps);
  const lambda = (left: number) => Math.log(Math.sqrt(left)) - Math.log(Math.sqrt(1 - left));
  const count = signal.filter((left) => lambda(left) >= lambdaMinClipped).length;
  if (timestepSpacing === "linspace") return between(0, count - 1, steps + 1).reverse().slice(0, -1).map(roundEven);
  if (timestepSpacing === "trailing") {
    return countDown(count, numTrainTimesteps / steps).map((t) => roundEven(t) - 1).filter((t) => t >= 0);
  }
  const stride = Math.floor(count / (steps + 1));
  const timesteps = Array.from({ length: steps }, (_, i) => (steps - i) * stride + stepsOffset);
  return checkLast(timesteps, numTrainTimesteps, steps);
}

/** σ in the scale where image and noise have a variance of 1 together. */
function scaled(level: number): { alpha: number; sigma: number; lambda: number } {
  const alpha = 1 / Math.sqrt(level ** 2 + 1);
  return { alpha, sigma: level * alpha, lambda: -Math.log(level) };
}

function planned(
  config: ConfigOf<"dpmSolver">,
  { i, at, sigmas, timesteps }: { i: number; at: number; sigmas: Float32Array; timesteps: readonly number[] },
): Planned {
  const [now, next] = [scaled(sigmas[at]), scaled(sigmas[at + 1])];
  const { image } = conversion(config.predictionType, now.alpha ** 2, timesteps[at]);
  const ofImages = weights(orderOf(config, { i, left: timesteps.length - at, length: timesteps.length }), {
    h: next.lambda - now.lambda,
    alpha: next.alpha,
    gaps: [1, 2].map((k) => -Math.log(sigmas[at - k + 1]) + Math.log(sigmas[at - k])),
    heun: config.solverType === "heun",
  });
  return { image, ofSample: next.sigma / now.sigma, ofImages };
}

/** The order of a step: no higher than there are predictions, lower at the end. */
function orderOf(
  { solverOrder, lowerOrderFinal, eulerAtFinal, finalSigmasType }: ConfigOf<"dpmSolver">,
  { i, left, length }: { i: number; left: number; length: number },
): number {
  const lower = lowerOrderFinal && length < 15;
  const last = left === 1 && (eulerAtFinal || lower || finalSigmasType === "zero");
  const most = last ? 1 : left === 2 && lower ? 2 : 3;
  return Math.min(solverOrder, i + 1, most);
}

/** Factors of the last images, the newest first; `h` and `gaps` are what λ grows by in this step and those before. */
function weights(
  order: number,
  { h, alpha, gaps, heun }: { h: number; alpha: number; gaps: readonly number[]; heun: boolean },
): readonly number[] {
  const zeroth = -alpha * Math.expm1(-h);
  if (order === 1) return [zeroth];
  const first = h === 0 ? 0 : alpha * (Math.expm1(-h) / h + 1);
  const slope = h / gaps[0];
  if (order === 2) {
    const ofSlope = slope * (heun ? first : zeroth / 2);
    return [zeroth + ofSlope, -ofSlope];
  }
  // the differences of images, D₁₀ = slope · (m₀ − m₁) and D₁₁ = before · (m₁ − m₂), make first and second derivative
  const second = h === 0 ? 0 : -alpha * ((Math.expm1(-h) + h) / h ** 2 - 0.5);
  const before = h / gaps[1];
  const [bend, curve] = [gaps[0] / (gaps[0] + gaps[1]), h / (gaps[0] + gaps[1])];
  const newer = first * (1 + bend) + second * curve;
  const older = -(first * bend + second * curve);
  return [zeroth + newer * slope, older * before - newer * slope, -older * before];
}
