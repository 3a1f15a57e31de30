import { choice, number, numbersOrNone, type Read } from "./options.ts";

/**
 * Options of every scheduler: how much noise a network saw at each timestep of its training.
 *
 * Source: diffusers 0.42, whose defaults these are; Stable Diffusion's files write their own.
 */
export const scheduleOptions = {
  /** Timesteps of training. */
  numTrainTimesteps: number(1000, { from: 1, whole: true }),
  /** β at timestep 0. */
  betaStart: number(0.0001, { from: 0 }),
  /** β at the last timestep. */
  betaEnd: number(0.02, { from: 0 }),
  /** How β grows: evenly, its root evenly (Stable Diffusion), or so that √ᾱ is a cosine (Nichol and Dhariwal 2021). */
  betaSchedule: choice(["linear", "scaled_linear", "squaredcos_cap_v2"], "linear"),
  /** β of every timestep, in place of all that. */
  trainedBetas: numbersOrNone(),
};

/** A noise schedule; schedulers that know `rescale_betas_zero_snr` say whether nothing of the image is left at the end. */
export type Schedule = Read<typeof scheduleOptions> & { readonly rescaleBetasZeroSnr?: boolean };

const { fround } = Math;

/**
 * ᾱ, the share of the image's variance that is left at each timestep: the running product of 1 − β.
 *
 * Rounded to float32 where diffusers rounds, so that sigmas and the timesteps found from them are the same.
 *
 * @returns numTrainTimesteps values, falling
 * @throws {RangeError} when `trainedBetas` are not as many
 */
export function remainingSignal(schedule: Schedule): Float32Array {
  const betas = betasOf(schedule);
  return runningProduct(schedule.rescaleBetasZeroSnr ? withoutTerminalSignal(betas) : betas);
}

/** `remainingSignal` with 2⁻²⁴ in place of 0, for schedulers whose noise levels √((1 − ᾱ) / ᾱ) have to be finite. */
export function positiveSignal(schedule: Schedule): Float32Array {
  const signal = remainingSignal(schedule);
  if (schedule.rescaleBetasZeroSnr) signal[signal.length - 1] = 2 ** -24;
  return signal;
}

function betasOf({ numTrainTimesteps: n, betaStart, betaEnd, betaSchedule, trainedBetas }: Schedule): Float32Array {
  if (trainedBetas !== null) {
    if (trainedBetas.length === n) return Float32Array.from(trainedBetas);
    throw new RangeError(
      `Cannot use a noise schedule of ${trainedBetas.length} trained_betas, expected num_train_timesteps, ${n}, of them`,
    );
  }
  if (betaSchedule === "linear") return evenly(betaStart, betaEnd, n);
  if (betaSchedule === "scaled_linear") return evenly(Math.sqrt(betaStart), Math.sqrt(betaEnd), n).map((x) => x * x);
  const left = (t: number) => Math.cos((t / n + 0.008) / 1.008 * Math.PI / 2) ** 2;
  return Float32Array.from({ length: n }, (_, t) => Math.min(1 - left(t + 1) / left(t), 0.999));
}

/** `n` numbers from `start` to `end`, counted from both ends in float32, as PyTorch has it. */
function evenly(start: number, end: number, n: number): Float32Array {
  const [first, last] = [fround(start), fround(end)];
  const step = n > 1 ? fround(fround(last - first) / (n - 1)) : 0;
  return Float32Array.from({ length: n }, (_, i) => i < n >> 1 ? first + step * i : last - step * (n - 1 - i));
}

function runningProduct(betas: Float32Array): Float32Array {
  let product = 1;
  return betas.map((beta) => product *= fround(1 - beta));
}

/**
 * Moves √ᾱ so that it ends at 0 and begins where it did.
 *
 * Source: Lin et al. (WACV 2024), "Common diffusion noise schedules and sample steps are flawed", algorithm 1.
 */
function withoutTerminalSignal(betas: Float32Array): Float32Array {
  const roots = runningProduct(betas).map(Math.sqrt);
  const [first, last] = [roots[0], roots[roots.length - 1]];
  const scale = fround(first / fround(first - last));
  const signal = roots.map((root) => fround(fround(root - last) * scale) ** 2);
  return signal.map((value, t) => 1 - (t === 0 ? value : fround(value / signal[t - 1])));
}
