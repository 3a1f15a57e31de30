/**
 * What earlier steps of a chain leave to later ones; each sampler knows what it put there. The arrays are those of
 * earlier steps themselves and not copies, so nobody may write into a sample or a prediction before the chain has ended.
 */
export type History = readonly Float32Array[];

/** The history before the first step. */
export const begin: History = [];

/** A chain of so many steps, planned: numbers that depend on nothing but the scheduler's options. */
export interface Sampler {
  /** As the network gets them, in order. PNDM has one more than steps. */
  readonly timesteps: readonly number[];
  /** Standard deviation of the first latents, which are noise and nothing else. */
  readonly initialSigma: number;
  /** The sample as the network gets it at `timesteps[i]`; may be the sample itself. */
  scaleInput(sample: Float32Array, i: number): Float32Array;
  /**
   * The sample after step `i`, of what the network said of it at `timesteps[i]`. Nothing is written into what is given.
   *
   * @throws {TypeError} when sample and prediction are not of one length
   */
  step(
    sample: Float32Array,
    prediction: Float32Array,
    at: { readonly i: number; readonly history: History },
  ): { readonly sample: Float32Array; readonly history: History };
  /** A clean sample with the noise that a chain has before step `i`: where one begins that does not begin with noise. */
  noised(sample: Float32Array, noise: Float32Array, i: number): Float32Array;
}

/** How much of the denoising is done. */
export interface Plan {
  /** Steps of the whole chain, 1 to the timesteps of training. */
  readonly steps: number;
  /**
   * Share of the chain's end that is gone through, 0 to 1: `floor(strength · steps)` steps, as in diffusers' pipelines
   * from an image. All of it by default.
   */
  readonly strength?: number;
}

/**
 * How many of the first steps a strength leaves out.
 *
 * @throws {RangeError} for a strength that is none
 */
export function skippedSteps({ steps, strength = 1 }: Plan): number {
  if (!(strength >= 0 && strength <= 1)) {
    throw new RangeError(`Cannot plan a chain of strength ${strength}: expected a number from 0 to 1`);
  }
  return steps - Math.floor(steps * strength);
}

/** A number times an array, to be summed with others. */
export type Term = readonly [factor: number, values: Float32Array];

/** The most that any step sums: the sample and the last four predictions. */
const mostTerms = 5;

/**
 * Σ factor · values of one to five terms, in float64, rounded once.
 *
 * @throws {TypeError} when the arrays are not of one length
 */
export function weightedSum(...terms: readonly Term[]): Float32Array {
  if (terms.length > mostTerms) throw new RangeError(`Cannot sum ${terms.length} terms, expected at most ${mostTerms}`);
  const { length } = terms[0][1];
  for (const [, values] of terms) checkLength(values, length);
  const none: Term = [0, terms[0][1]];
  const [[a, x], [b, y] = none, [c, z] = none, [d, u] = none, [e, v] = none] = terms;
  const sum = new Float32Array(length);
  // one loop with all factors in registers: 0.12 ms for 65,536 values, a loop over the terms within takes 0.35 ms
  if (terms.length > 2) {
    for (let j = 0; j < length; j++) sum[j] = a * x[j] + b * y[j] + c * z[j] + d * u[j] + e * v[j];
  } else {
    for (let j = 0; j < length; j++) sum[j] = a * x[j] + b * y[j];
  }
  return sum;
}

/** @throws {TypeError} when there are not as many values */
export function checkLength(values: Float32Array, length: number): void {
  if (values.length === length) return;
  throw new TypeError(
    `Cannot take a step: given ${values.length} values beside ${length}, expected sample, prediction and noise of one shape`,
  );
}
