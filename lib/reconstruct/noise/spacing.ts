import { choice, number, type Option } from "./options.ts";

/** How the timesteps of a chain lie among those of training; "Common diffusion noise schedules …", table 2. */
export const spacings = ["leading", "trailing", "linspace"] as const;

/** Options of schedulers that pick timesteps. */
export interface SpacingOptions {
  /** Whether the first timestep (but for the offset), the last, or both are always among them. */
  readonly timestepSpacing: Option<typeof spacings[number]>;
  /** Added to each timestep where the spacing is `leading`. */
  readonly stepsOffset: Option<number>;
}

/** These options, with the spacing that a class of diffusers has by default. */
export function spacingOptions(spacing: typeof spacings[number]): SpacingOptions {
  return { timestepSpacing: choice(spacings, spacing), stepsOffset: number(0, { from: 0, whole: true }) };
}

/** What decides the timesteps of a chain. */
export interface Spacing {
  readonly timestepSpacing: typeof spacings[number];
  readonly stepsOffset: number;
  readonly numTrainTimesteps: number;
}

/**
 * The timesteps of a chain of so many steps, falling; `linspace` ones are not rounded yet.
 *
 * Where rounding gives diffusers a timestep more than steps (61 of 1000, trailing), it is the timestep −1, which its
 * tables take for the noisiest of all; here it is left out.
 *
 * @throws {RangeError} when there are more steps than timesteps, or the offset leads beyond the last
 */
export function spacedTimesteps(
  { timestepSpacing, stepsOffset, numTrainTimesteps: n }: Spacing,
  steps: number,
): number[] {
  checkSteps(steps, n);
  if (timestepSpacing === "linspace") return between(0, n - 1, steps).reverse();
  if (timestepSpacing === "trailing") return countDown(n, n / steps).map((t) => roundEven(t) - 1).filter((t) => t >= 0);
  const stride = Math.floor(n / steps);
  const timesteps = Array.from({ length: steps }, (_, i) => (steps - 1 - i) * stride + stepsOffset);
  return checkLast(timesteps, n, steps);
}

/** @throws {RangeError} when steps are not a number from 1 to the timesteps of training */
export function checkSteps(steps: number, numTrainTimesteps: number): void {
  if (Number.isInteger(steps) && steps >= 1 && steps <= numTrainTimesteps) return;
  throw new RangeError(
    `Cannot plan a chain of ${steps} steps: expected a whole number from 1 to ${numTrainTimesteps}, ` +
      "the timesteps of training",
  );
}

/** @throws {RangeError} when the largest timestep lies beyond those of training */
export function checkLast(timesteps: number[], numTrainTimesteps: number, steps: number): number[] {
  if (timesteps[0] < numTrainTimesteps) return timesteps;
  throw new RangeError(
    `Cannot plan a chain of ${steps} steps: its first timestep would be ${timesteps[0]}, and training had ` +
      `${numTrainTimesteps}, counted from 0. Take fewer steps; steps_offset of the scheduler needs room at the end`,
  );
}

/** `n` numbers from `start` to `end`, both among them. */
export function between(start: number, end: number, n: number): number[] {
  const step = (end - start) / (n - 1);
  return Array.from({ length: n }, (_, i) => i > 0 && i === n - 1 ? end : i === 0 ? start : start + i * step);
}

/** From `start` downwards in strides as long as it stays above 0, with the rounding of NumPy's arange. */
export function countDown(start: number, stride: number): number[] {
  const step = (start - stride) - start;
  return Array.from({ length: Math.ceil(start / stride) }, (_, i) => start + i * step);
}

/** The nearest whole number, the even one of two. */
export function roundEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
