import { calibrated, describeCalls, describeScores, testSets } from "../metrics/mod.ts";
import type { Frozen, Metrics, ScoreColumns } from "../types.ts";

/**
 * Metrics of every test set: its fakes against its photographs, those of no set belonging to all that lack either; then
 * the mean over sets. Rows with a corruption do not count.
 *
 * @param options `frozen`, what was decided on validation: adds what depends on where fake begins at that threshold, as
 *   `frozenAccuracy`, and where there is a calibration what depends on probabilities, as `calibratedNll`; null or left
 *   out: nothing is added
 * @returns by set in alphabetical order, then "mean"
 * @throws {RangeError} when a set lacks photographs or fakes, or there is none
 */
export function evaluateScores(
  scores: ScoreColumns,
  { frozen = null }: { readonly frozen?: Frozen | null } = {},
): Record<string, Metrics> {
  const sets = [...testSets(scores)].map(([name, rows]): [string, Metrics] => {
    const labels = Array.from(rows, (i) => scores.label[i]);
    const fakes = labels.reduce((sum, label) => sum + label, 0);
    if (fakes === 0 || fakes === rows.length) {
      throw new RangeError(
        `Cannot evaluate the test set "${name}": found ${rows.length - fakes} photographs and ${fakes} fakes, ` +
          `expected at least one of each`,
      );
    }
    const own = Array.from(rows, (i) => scores.score[i]);
    return [name, { ...describeScores(labels, own), ...frozenMetrics(labels, own, frozen) }];
  });
  if (sets.length === 0) throw new RangeError("Cannot evaluate scores: found no row without a corruption");
  const mean = Object.keys(sets[0][1]).map((metric) =>
    [metric, sets.reduce((sum, [, metrics]) => sum + metrics[metric], 0) / sets.length] as const
  );
  return Object.fromEntries([...sets, ["mean", Object.fromEntries(mean)]]);
}

/** What depends on probabilities, and is told after calibration too. */
const OF_PROBABILITIES = ["brier", "nll", "ece15"] as const;

function frozenMetrics(labels: readonly number[], scores: readonly number[], frozen: Frozen | null): Metrics {
  if (frozen === null) return {};
  const { threshold: { threshold }, calibration } = frozen;
  const calls = Object.entries(describeCalls(labels, scores, { threshold }));
  const made: Record<string, number> = Object.fromEntries(
    calls.map(([name, value]) => [behind("frozen", name), value]),
  );
  if (calibration === null) return made;
  const told = describeScores(labels, calibrated(calibration, scores));
  for (const name of OF_PROBABILITIES) made[behind("calibrated", name)] = told[name];
  return made;
}

/** "accuracy" behind "frozen": "frozenAccuracy". */
function behind(word: string, name: string): string {
  return `${word}${name[0].toUpperCase()}${name.slice(1)}`;
}
