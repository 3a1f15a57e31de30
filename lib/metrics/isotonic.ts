import { curveOf } from "./ranking.ts";
import { type Column, countBoth } from "./rows.ts";

/** A rising line of points: between two of them it is straight, outside it stays at the ends. */
export interface Isotonic {
  /** Which calibration it is. */
  readonly kind: "isotonic";
  /** Scores, rising. */
  readonly scores: readonly number[];
  /** Probability of fake at each, never falling. */
  readonly probabilities: readonly number[];
}

/**
 * The never falling map of scores that has the smallest squared error. It says 0 or 1 where one class is alone at an end,
 * so that a single row there costs a likelihood all it has; with few validation rows take another.
 *
 * @param labels 1 = fake
 * @param scores any finite numbers
 * @throws {RangeError} when either class is missing
 *
 * Source: pool-adjacent-violators (Zadrozny and Elkan 2002); only the ends of level stretches are kept, and values
 * between two scores are interpolated, as scikit-learn's `IsotonicRegression` does.
 */
export function fitIsotonic(labels: Column, scores: Column): Isotonic {
  countBoth("isotonic regression", labels, scores);
  const { score, fakes, reals } = curveOf(labels, scores);
  // stretches from the lowest score on; a stretch whose share of fakes is below the one before it joins it
  const stretches: { first: number; last: number; fakes: number; rows: number }[] = [];
  for (let block = score.length - 1; block >= 0; block--) {
    const fake = fakes[block] - (block === 0 ? 0 : fakes[block - 1]);
    const real = reals[block] - (block === 0 ? 0 : reals[block - 1]);
    let top = { first: block, last: block, fakes: fake, rows: fake + real };
    for (let before = stretches.at(-1); before !== undefined; before = stretches.at(-1)) {
      if (before.fakes * top.rows < top.fakes * before.rows) break;
      top = { ...before, last: top.last, fakes: before.fakes + top.fakes, rows: before.rows + top.rows };
      stretches.pop();
    }
    stretches.push(top);
  }
  const points = stretches.flatMap(({ first, last, fakes, rows }) =>
    [...new Set([first, last])].map((block) => ({ score: score[block], probability: fakes / rows }))
  );
  return {
    kind: "isotonic",
    scores: points.map(({ score }) => score),
    probabilities: points.map(({ probability }) => probability),
  };
}

/** The probability at a score. */
export function isotonicValue({ scores, probabilities }: Isotonic, score: number): number {
  let low = 0, high = scores.length; // the first point whose score is at least this
  while (low < high) {
    const middle = (low + high) >> 1;
    if (scores[middle] < score) low = middle + 1;
    else high = middle;
  }
  if (low === scores.length) return probabilities[low - 1];
  if (low === 0 || scores[low] === score) return probabilities[low];
  const share = (score - scores[low - 1]) / (scores[low] - scores[low - 1]);
  return probabilities[low - 1] + share * (probabilities[low] - probabilities[low - 1]);
}
