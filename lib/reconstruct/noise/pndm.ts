import { mixNoise } from "./add.ts";
import type { ConfigOf } from "./config.ts";
import { choice, flag } from "./options.ts";
import { type History, type Plan, type Sampler, skippedSteps, type Term, weightedSum } from "./sampler.ts";
import { remainingSignal, scheduleOptions } from "./schedule.ts";
import { roundEven, spacedTimesteps, spacingOptions } from "./spacing.ts";

/** Options of diffusers' PNDMScheduler. */
export const pndmOptions = {
  ...scheduleOptions,
  ...spacingOptions("leading"),
  /** Whether the three Runge-Kutta steps at the begin, of four predictions each, are left out (Stable Diffusion). */
  skipPrkSteps: flag(false),
  /** Whether the chain ends at the clean image (ᾱ = 1), or at the little noise of timestep 0. */
  setAlphaToOne: flag(false),
  /** What the network predicts. */
  predictionType: choice(["epsilon", "v_prediction"], "epsilon"),
};

/** Adams-Bashforth: weights of the last predictions, the newest first, by how many there are. */
const multistep = [[], [1], [3 / 2, -1 / 2], [23 / 12, -16 / 12, 5 / 12], [55 / 24, -59 / 24, 37 / 24, -9 / 24]];

/** What one step mixes: `held` or the sample itself, and predictions; and what it leaves. */
interface Mixed {
  readonly sample: Float32Array;
  readonly predictions: readonly Term[];
  readonly history: History;
}

/**
 * Pseudo numerical methods: DDIM's step with a prediction extrapolated from the last four.
 *
 * The first step is done twice, the second time with the mean of both predictions, hence a timestep more than steps.
 * A chain that `strength` begins later has no doubled timestep there, yet diffusers counts from its begin: it takes the
 * first two for the doubled one and lags a timestep behind from then on. That is kept.
 *
 * Source: Liu et al. (ICLR 2022), equations 9, 12 and 13; diffusers 0.42.
 *
 * @throws {RangeError} when Runge-Kutta steps are asked for under 4 steps or with a strength under 1
 */
export function pndmSampler(config: ConfigOf<"pndm">, plan: Plan): Sampler {
  const signal = remainingSignal(config);
  const end = config.setAlphaToOne ? 1 : signal[0];
  const stride = Math.floor(config.numTrainTimesteps / plan.steps);
  const skipped = skippedSteps(plan);
  const spaced = spacedTimesteps(config, plan.steps).map(roundEven);
  if (!config.skipPrkSteps) checkRungeKutta(plan, skipped);
  const first = config.skipPrkSteps ? [] : rungeKuttaTimesteps(spaced, stride);
  const then = config.skipPrkSteps ? [...spaced.slice(0, 2), ...spaced.slice(1)] : spaced.slice(3);
  const timesteps = [...first, ...then].slice(skipped);

  // from which timestep to which a step leads
  const wayOf = (i: number): readonly [from: number, to: number] => {
    const t = timesteps[i];
    if (i < first.length) return [first[i - i % 4], t - (i % 2 === 0 ? Math.floor(stride / 2) : 0)];
    return config.skipPrkSteps && i === 1 ? [t + stride, t] : [t, t - stride];
  };
  const mix = (i: number) =>
    i < first.length ? rungeKutta : config.skipPrkSteps && i < 2 ? doubledFirst : adamsBashforth;
  const steps = timesteps.map((_, i) => {
    const [from, to] = wayOf(i);
    const [a, b] = [signal[from], signal[to] ?? end];
    const ofNoise = -(b - a) / (a * Math.sqrt(1 - b) + Math.sqrt(a * (1 - a) * b));
    const ofSample = Math.sqrt(b / a);
    return config.predictionType === "epsilon"
      ? { ofSample, ofPrediction: ofNoise }
      : { ofSample: ofSample + ofNoise * Math.sqrt(1 - a), ofPrediction: ofNoise * Math.sqrt(a) };
  });
  return {
    timesteps,
    initialSigma: 1,
    scaleInput: (sample) => sample,
    step: (given, prediction, { i, history: before }) => {
      const { sample, predictions, history } = mix(i)(given, prediction, { i, history: before });
      const { ofSample, ofPrediction } = steps[i];
      const terms = predictions.map(([weight, values]): Term => [weight * ofPrediction, values]);
      return { sample: weightedSum([ofSample, sample], ...terms), history };
    },
    noised: (sample, noise, i) => mixNoise(signal, { sample, noise, timestep: timesteps[i] }),
  };
}

/** The begin without Runge-Kutta: a step, and the same again from the same sample with the mean of both predictions. */
function doubledFirst(sample: Float32Array, now: Float32Array, { i, history }: { i: number; history: History }): Mixed {
  if (i === 0) return { sample, predictions: [[1, now]], history: [now, sample] };
  const [first, held] = history;
  return { sample: held, predictions: [[0.5, now], [0.5, first]], history: [first] };
}

/** All other steps; the history is the last predictions, the newest last. */
function adamsBashforth(sample: Float32Array, now: Float32Array, { history }: { history: History }): Mixed {
  const last = [...history.slice(-3), now];
  const weights = multistep[last.length];
  return { sample, predictions: last.map((values, k): Term => [weights[last.length - 1 - k], values]), history: last };
}

/** One of four predictions of a Runge-Kutta step; the history is those kept for later, then those of this step. */
function rungeKutta(sample: Float32Array, now: Float32Array, { i, history }: { i: number; history: History }): Mixed {
  const kept = history.slice(0, Math.floor(i / 4) + (i % 4 === 0 ? 0 : 1));
  if (i % 4 === 0) return { sample, predictions: [[1, now]], history: [...kept, now, sample] };
  const [held, ...ofThis] = history.slice(kept.length);
  if (i % 4 < 3) return { sample: held, predictions: [[1, now]], history: [...history, now] };
  const [second, third] = ofThis;
  const predictions: Term[] = [[1 / 6, kept[kept.length - 1]], [1 / 3, second], [1 / 3, third], [1 / 6, now]];
  return { sample: held, predictions, history: kept };
}

/** Each of three steps is asked for at its begin, twice at its middle and at its end. */
function rungeKuttaTimesteps(spaced: readonly number[], stride: number): number[] {
  const half = Math.floor(stride / 2);
  return [0, 1, 2].flatMap((k) => [spaced[k], spaced[k + 1] + half, spaced[k + 1] + half, spaced[k + 1]]);
}

function checkRungeKutta({ steps, strength }: Plan, skipped: number): void {
  if (steps >= 4 && skipped === 0) return;
  throw new RangeError(
    `Cannot plan a chain of ${steps} steps${strength === undefined ? "" : ` and strength ${strength}`} for PNDM with ` +
      "Runge-Kutta steps: expected 4 steps or more, and all of them. Set skip_prk_steps of the scheduler to true, as " +
      "Stable Diffusion has it, or take another scheduler",
  );
}
