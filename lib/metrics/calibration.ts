/** Maps of scores that make probabilities of them, fitted on validation data. Each is plain JSON. */
import { fitIsotonic, type Isotonic, isotonicValue } from "./isotonic.ts";
import { NEAREST } from "./nll.ts";
import { type Column, countBoth } from "./rows.ts";

export { fitIsotonic, type Isotonic } from "./isotonic.ts";

/** Log-odds divided by one number: leaves the order of the scores, and which are above 0.5. */
export interface Temperature {
  /** Which calibration it is. */
  readonly kind: "temperature";
  /** What the log-odds are divided by; above 1 the scores were too sure. */
  readonly temperature: number;
}

/** A line through the log-odds: `slope` · log-odds + `offset`. */
export interface Platt {
  /** Which calibration it is. */
  readonly kind: "platt";
  /** What the log-odds are multiplied by. */
  readonly slope: number;
  /** What is added to them then. */
  readonly offset: number;
}

/** A map from scores to probabilities that was fitted. */
export type Calibration = Temperature | Platt | Isotonic;

/** Between these a temperature is looked for: where the scores tell the classes apart without error, none is too low. */
const TEMPERATURES = [0.01, 100] as const;

/**
 * The temperature that makes the mean cross-entropy of the scores smallest.
 *
 * @param labels 1 = fake
 * @param scores probability of fake, 0…1
 * @returns a temperature of 0.01…100; the lowest where every row is on its side of 0.5, the highest where the scores say
 * the opposite of what is true
 * @throws {RangeError} when either class is missing or a score is not a probability
 *
 * Source: Guo et al. 2017, section 4.2, for two classes.
 */
export function fitTemperature(labels: Column, scores: Column): Temperature {
  const odds = logOdds("temperature", labels, scores);
  // the objective is convex in 1/temperature; its slope is found by halving, which nothing can make diverge
  const slope = (beta: number): number => {
    let sum = 0;
    for (let i = 0; i < odds.length; i++) sum += (sigmoid(beta * odds[i]) - labels[i]) * odds[i];
    return sum;
  };
  let [low, high] = [1 / TEMPERATURES[1], 1 / TEMPERATURES[0]];
  if (slope(low) >= 0) return { kind: "temperature", temperature: TEMPERATURES[1] };
  if (slope(high) <= 0) return { kind: "temperature", temperature: TEMPERATURES[0] };
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  return { kind: "temperature", temperature: 2 / (low + high) };
}

/**
 * The logistic regression on the log-odds, against targets that are drawn in a little from 0 and 1, so that its slope
 * stays finite where the classes do not overlap.
 *
 * @param labels 1 = fake
 * @param scores probability of fake, 0…1
 * @throws {RangeError} when either class is missing or a score is not a probability
 *
 * Source: Platt 1999, with the targets (n + 1) / (n + 2) and 1 / (n + 2), and Newton's method as Lin et al. 2007.
 */
export function fitPlatt(labels: Column, scores: Column): Platt {
  const odds = logOdds("Platt scaling", labels, scores);
  const { real, fake } = countBoth("Platt scaling", labels, scores);
  const targets = Float64Array.from(odds, (_, i) => labels[i] === 1 ? (fake + 1) / (fake + 2) : 1 / (real + 2));
  const objective = (slope: number, offset: number): number => {
    let sum = 0;
    for (let i = 0; i < odds.length; i++) {
      const logit = slope * odds[i] + offset;
      sum += Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - targets[i] * logit;
    }
    return sum;
  };
  let slope = 0, offset = Math.log((fake + 1) / (real + 1));
  let value = objective(slope, offset);
  for (let step = 0; step < 100; step++) {
    const [moveSlope, moveOffset] = newton(odds, targets, { slope, offset });
    let share = 1;
    let next = objective(slope - moveSlope, offset - moveOffset);
    while (!(next < value) && share > 1e-10) {
      share /= 2;
      next = objective(slope - share * moveSlope, offset - share * moveOffset);
    }
    if (!(next < value)) break;
    [slope, offset, value] = [slope - share * moveSlope, offset - share * moveOffset, next];
  }
  return { kind: "platt", slope, offset };
}

/** The step of Newton's method; a ridge of 1e-12 keeps it defined where all scores are equal. */
function newton(
  odds: Float64Array,
  targets: Float64Array,
  { slope, offset }: Omit<Platt, "kind">,
): readonly [number, number] {
  let bySlope = 0, byOffset = 0, aa = 1e-12, ab = 0, bb = 1e-12;
  for (let i = 0; i < odds.length; i++) {
    const fake = sigmoid(slope * odds[i] + offset);
    const error = fake - targets[i], bend = fake * (1 - fake);
    bySlope += error * odds[i];
    byOffset += error;
    aa += bend * odds[i] * odds[i];
    ab += bend * odds[i];
    bb += bend;
  }
  const determinant = aa * bb - ab * ab;
  return [(bb * bySlope - ab * byOffset) / determinant, (aa * byOffset - ab * bySlope) / determinant];
}

/** The fits by their kind. */
export const fits = { temperature: fitTemperature, platt: fitPlatt, isotonic: fitIsotonic } as const satisfies Record<
  Calibration["kind"],
  (labels: Column, scores: Column) => Calibration
>;

/**
 * Scores as the probabilities that a fit makes of them.
 *
 * @param scores probability of fake, 0…1
 * @returns as many probabilities of fake, 0…1
 */
export function calibrated(fit: Calibration, scores: Column): Float64Array {
  return Float64Array.from(scores, (score) => {
    if (fit.kind === "isotonic") return isotonicValue(fit, score);
    return sigmoid(fit.kind === "temperature" ? logit(score) / fit.temperature : fit.slope * logit(score) + fit.offset);
  });
}

function logOdds(name: string, labels: Column, scores: Column): Float64Array {
  countBoth(name, labels, scores);
  return Float64Array.from(scores, (score, i) => {
    if (score >= 0 && score <= 1) return logit(score);
    throw new RangeError(`Cannot fit ${name}: score ${i} is ${score}, expected a probability (0…1)`);
  });
}

/** Finite: a probability of 0 or 1 is taken for the nearest that can be written. */
function logit(score: number): number {
  const within = Math.min(Math.max(score, NEAREST), 1 - NEAREST);
  return Math.log(within) - Math.log1p(-within);
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
