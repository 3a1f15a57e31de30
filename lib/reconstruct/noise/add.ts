import type { SchedulerConfig } from "./config.ts";
import { weightedSum } from "./sampler.ts";
import { remainingSignal } from "./schedule.ts";

/**
 * A sample with the noise of a timestep, √ᾱ · sample + √(1 − ᾱ) · noise: what a network saw in training, whatever
 * scheduler draws from it.
 *
 * @param timestep 0 to the timesteps of training − 1
 * @throws {RangeError} for a timestep that training had not
 * @throws {TypeError} when sample and noise are not of one length
 */
export function addNoise(
  config: SchedulerConfig,
  sample: Float32Array,
  noise: Float32Array,
  timestep: number,
): Float32Array {
  return mixNoise(remainingSignal(config), { sample, noise, timestep });
}

/**
 * What a network that predicts velocities says of such a sample when it is right, √ᾱ · noise − √(1 − ᾱ) · sample.
 *
 * @throws as {@linkcode addNoise}
 */
export function velocity(
  config: SchedulerConfig,
  sample: Float32Array,
  noise: Float32Array,
  timestep: number,
): Float32Array {
  const left = signalAt(remainingSignal(config), timestep);
  return weightedSum([Math.sqrt(left), noise], [-Math.sqrt(1 - left), sample]);
}

/** {@linkcode addNoise} for those who have the share of signal of all timesteps at hand. */
export function mixNoise(
  signal: Float32Array,
  { sample, noise, timestep }: { sample: Float32Array; noise: Float32Array; timestep: number },
): Float32Array {
  const left = signalAt(signal, timestep);
  return weightedSum([Math.sqrt(left), sample], [Math.sqrt(1 - left), noise]);
}

function signalAt(signal: Float32Array, timestep: number): number {
  if (Number.isInteger(timestep) && timestep in signal) return signal[timestep];
  throw new RangeError(
    `Cannot add the noise of timestep ${timestep}: expected a whole number from 0 to ${signal.length - 1}`,
  );
}
