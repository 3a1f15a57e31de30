import { rank } from "./ranking.ts";
import { type Column, countRows } from "./rows.ts";

/**
 * Accuracy at the threshold that suits these very rows best: an upper bound that says how much of the error is a
 * shifted threshold, never a result of its own.
 *
 * Here a row is called fake when its score is at least the threshold, and the thresholds tried are the scores
 * themselves, as the field's evaluation code does; calling every row real is therefore not tried.
 *
 * @param labels 1 = fake
 * @returns 0…1
 * @throws {RangeError} when there is no row
 */
export function bestAccuracy(labels: Column, scores: Column): number {
  const { real } = countRows("best accuracy", labels, scores);
  const { label, last } = rank(labels, scores);
  let right = real; // with every row called real
  let best = 0;
  for (let place = 0; place < label.length; place++) {
    right += label[place] === 1 ? 1 : -1;
    if (last[place] === 1) best = Math.max(best, right);
  }
  return best / label.length;
}
