/** A logistic regression: what a straight line through a few numbers makes of rows. */
import { type Column, countBoth, countRows } from "./rows.ts";

/** A regression that was fitted; it standardises its features by the rows it was fitted to. */
export interface Probe {
  readonly center: readonly number[];
  /** Standard deviation of each feature, 1 where it has none. */
  readonly scale: readonly number[];
  /** Of the standardised features. */
  readonly weights: readonly number[];
  readonly bias: number;
}

/** How a probe is fitted. */
export interface ProbeOptions {
  /** Factor of half the squared length of the weights in the objective, > 0. */
  readonly ridge?: number;
}

/** Beside a loss of at most ln 2: what keeps the weights finite where rows can be told apart without error. */
const RIDGE = 1e-3;

/** Enough by far: Newton's method takes less than ten steps on overlapping classes, some twenty on separable ones. */
const STEPS = 100;

/**
 * Fits the probability that a row is fake to its features by full-batch Newton steps, halved until they lower
 * {@linkcode probeObjective}. Nothing is drawn. Ends where no entry of the gradient exceeds 1e-9, or no step lowers
 * the objective any more.
 *
 * @param rows features of each row, equally many
 * @param labels 1 = fake
 * @throws {RangeError} when either class is missing, features are unequally many or not finite, or the ridge is not > 0
 *
 * Source: iteratively reweighted least squares (Hastie, Tibshirani and Friedman 2009, section 4.4.1).
 */
export function fitProbe(
  rows: readonly (readonly number[])[],
  labels: Column,
  { ridge = RIDGE }: ProbeOptions = {},
): Probe {
  checkRows(rows, labels);
  if (!(ridge > 0)) throw new RangeError(`Cannot fit a probe with ridge ${ridge}: expected a number > 0`);
  const { center, scale } = standard(rows);
  const probeOf = (at: readonly number[]): Probe => ({ center, scale, weights: at.slice(1), bias: at[0] });
  const objective = (at: readonly number[]): number => probeObjective(probeOf(at), rows, { labels, ridge });
  const inputs = rows.map((row) => [1, ...row.map((value, i) => (value - center[i]) / scale[i])]);
  let at = inputs[0].map(() => 0);
  let value = objective(at);
  for (let step = 0; step < STEPS; step++) {
    const { gradient, hessian } = derivatives(at, inputs, { labels, ridge });
    if (gradient.every((entry) => Math.abs(entry) < 1e-9)) break;
    const move = solve(hessian, gradient);
    const from = at, before = value;
    for (let share = 1; share > 1e-6; share /= 2) {
      at = from.map((entry, i) => entry - share * move[i]);
      value = objective(at);
      if (value < before) break;
    }
    if (!(value < before)) return probeOf(from);
  }
  return probeOf(at);
}

/** The probability that a row is fake, 0…1. */
export function probeScore(probe: Probe, row: readonly number[]): number {
  return sigmoid(logitOf(probe, row));
}

/**
 * What {@linkcode fitProbe} makes small: the mean cross-entropy over photographs and that over fakes, half of each,
 * plus half the ridge times the squared length of the weights. Either class counts the same, however many rows it has.
 */
export function probeObjective(
  probe: Probe,
  rows: readonly (readonly number[])[],
  { labels, ridge = RIDGE }: ProbeOptions & { readonly labels: Column },
): number {
  const shares = sharesOf(labels);
  let sum = 0;
  for (const [n, row] of rows.entries()) {
    const logit = logitOf(probe, row);
    const against = labels[n] === 1 ? -logit : logit;
    sum += shares[labels[n]] * (Math.max(against, 0) + Math.log1p(Math.exp(-Math.abs(against))));
  }
  return sum + ridge / 2 * squaredLength(probe.weights);
}

/** Of the objective by bias and weights; `inputs` are standardised and begin with 1. */
function derivatives(
  at: readonly number[],
  inputs: readonly (readonly number[])[],
  { labels, ridge }: { labels: Column; ridge: number },
): { gradient: number[]; hessian: number[][] } {
  const shares = sharesOf(labels);
  const gradient = at.map((entry, i) => i === 0 ? 0 : ridge * entry);
  const hessian = at.map((_, i) => at.map((_, j) => i === j && i > 0 ? ridge : 0));
  for (const [n, input] of inputs.entries()) {
    const fake = sigmoid(at.reduce((sum, entry, i) => sum + entry * input[i], 0));
    const slope = shares[labels[n]] * (fake - labels[n]);
    const bend = shares[labels[n]] * fake * (1 - fake);
    for (let i = 0; i < at.length; i++) {
      gradient[i] += slope * input[i];
      for (let j = 0; j < at.length; j++) hessian[i][j] += bend * input[i] * input[j];
    }
  }
  return { gradient, hessian };
}

/** x of A x = b for a symmetric, positive definite A, by Gaussian elimination, which needs no pivots there. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const a = matrix.map((row, i) => [...row, right[i]]);
  for (let k = 0; k < a.length; k++) {
    for (let i = k + 1; i < a.length; i++) {
      const factor = a[i][k] / a[k][k];
      for (let j = k; j <= a.length; j++) a[i][j] -= factor * a[k][j];
    }
  }
  const x = right.map(() => 0);
  for (let k = a.length - 1; k >= 0; k--) {
    const known = x.reduce((sum, value, j) => j > k ? sum + a[k][j] * value : sum, 0);
    x[k] = (a[k][a.length] - known) / a[k][k];
  }
  return x;
}

function standard(rows: readonly (readonly number[])[]): Pick<Probe, "center" | "scale"> {
  const meanOf = (of: (row: readonly number[]) => number) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  const center = rows[0].map((_, i) => meanOf((row) => row[i]));
  const scale = center.map((mean, i) => {
    const deviation = Math.sqrt(meanOf((row) => (row[i] - mean) ** 2));
    return deviation > 1e-12 * Math.abs(mean) ? deviation : 1; // below it stands only what the mean was rounded by
  });
  return { center, scale };
}

function checkRows(rows: readonly (readonly number[])[], labels: Column): void {
  if (rows.length !== labels.length) {
    throw new RangeError(`Cannot fit a probe: found ${rows.length} rows and ${labels.length} labels, expected as many`);
  }
  for (const [n, row] of rows.entries()) {
    if (row.length === rows[0].length && row.every(Number.isFinite)) continue;
    throw new RangeError(
      `Cannot fit a probe: row ${n} is [${row.join(", ")}], expected ${rows[0].length} finite numbers`,
    );
  }
  countBoth("a probe", labels, labels);
}

/** How much of the objective a row of each label makes. */
function sharesOf(labels: Column): readonly [real: number, fake: number] {
  const { real, fake } = countRows("a probe", labels, labels);
  return [1 / (2 * real), 1 / (2 * fake)];
}

function logitOf({ center, scale, weights, bias }: Probe, row: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * ((row[i] - center[i]) / scale[i]), bias);
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

function squaredLength(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value ** 2, 0);
}
