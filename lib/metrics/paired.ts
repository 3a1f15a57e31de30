/** Whether two methods differ by more than chance. */
import { THRESHOLD } from "./accuracy.ts";
import type { Draws } from "./bootstrap.ts";
import { type Column, countRows } from "./rows.ts";

/**
 * Two-sided p-value of a paired difference by the bootstrap that made its interval: twice the share of the draws on the
 * other side of 0, where draws at 0 count for either side and one more is added to both counts. Below 0.05 when a 95 %
 * interval leaves 0 out.
 *
 * @param difference of `difference`, or of a mean of it over test sets
 * @returns above 0, at most 1; never below 2 / (draws + 1), which is all that so many draws can tell
 *
 * Source: Efron and Tibshirani 1993, section 15.4 and exercise 13.6, with the correction of Davison and Hinkley 1997,
 * section 4.2, that no p-value is 0.
 */
export function pairedP({ draws }: Pick<Draws, "draws">): number {
  let below = 1, above = 1;
  for (const draw of draws) {
    if (draw <= 0) below += 1;
    if (draw >= 0) above += 1;
  }
  return Math.min(1, 2 * Math.min(below, above) / (draws.length + 1));
}

/** On which rows two methods disagree. */
export interface McNemar {
  /** Rows that the first calls right and the second wrong. */
  readonly first: number;
  /** Rows that the second calls right and the first wrong. */
  readonly second: number;
  /** Two-sided, exact. */
  readonly p: number;
}

/** Where fake begins for either method. */
export interface McNemarOptions {
  readonly threshold?: number;
  /** Of the second method; left out: that of the first. */
  readonly against?: number;
}

/**
 * McNemar's exact test of two methods' calls on the same rows. It takes rows for independent, which pictures of one
 * photograph are not, and knows nothing of seeds: for single runs over rows with a source each.
 *
 * @param labels 1 = fake
 * @param scores of the first and of the second method, row by row
 * @throws {RangeError} for columns of unequal length or values that no metric can use
 *
 * Source: McNemar 1947, with the binomial distribution instead of its approximation.
 */
export function mcnemar(
  labels: Column,
  [of, against]: readonly [Column, Column],
  { threshold = THRESHOLD, against: other = threshold }: McNemarOptions = {},
): McNemar {
  countRows("McNemar's test", labels, of);
  countRows("McNemar's test", labels, against);
  let first = 0, second = 0;
  for (let i = 0; i < labels.length; i++) {
    const right = (of[i] > threshold) === (labels[i] === 1);
    if (right === ((against[i] > other) === (labels[i] === 1))) continue;
    if (right) first += 1;
    else second += 1;
  }
  return { first, second, p: binomialP(Math.min(first, second), first + second) };
}

/** Two-sided probability of at most `few` of `count` throws of a fair coin, or as few of the other side. */
function binomialP(few: number, count: number): number {
  if (2 * few >= count) return 1;
  // from the largest term downwards, each a ratio of the one before; its logarithm keeps large counts from underflow
  let log = -count * Math.LN2;
  for (let i = 1; i <= few; i++) log += Math.log((count - i + 1) / i);
  let sum = 0, term = 1;
  for (let k = few; k >= 0 && term > 1e-20; k--) {
    sum += term;
    term *= k / (count - k + 1);
  }
  return Math.min(1, 2 * sum * Math.exp(log));
}
