import { describeScores, testSets } from "../metrics/mod.ts";
import type { Metrics, ScoreColumns } from "../types.ts";

/**
 * Metrics of every test set: its fakes against its photographs, those of no set belonging to all that lack either; then
 * the mean over sets. Rows with a corruption do not count.
 *
 * @returns by set in alphabetical order, then "mean"
 * @throws {RangeError} when a set lacks photographs or fakes, or there is none
 */
export function evaluateScores(scores: ScoreColumns): Record<string, Metrics> {
  const sets = [...testSets(scores)].map(([name, rows]): [string, Metrics] => {
    const labels = Array.from(rows, (i) => scores.label[i]);
    const fakes = labels.reduce((sum, label) => sum + label, 0);
    if (fakes === 0 || fakes === rows.length) {
      throw new RangeError(
        `Cannot evaluate the test set "${name}": found ${rows.length - fakes} photographs and ${fakes} fakes, ` +
          `expected at least one of each`,
      );
    }
    return [name, describeScores(labels, Array.from(rows, (i) => scores.score[i]))];
  });
  if (sets.length === 0) throw new RangeError("Cannot evaluate scores: found no row without a corruption");
  const mean = Object.keys(sets[0][1]).map((metric) =>
    [metric, sets.reduce((sum, [, metrics]) => sum + metrics[metric], 0) / sets.length] as const
  );
  return Object.fromEntries([...sets, ["mean", Object.fromEntries(mean)]]);
}
