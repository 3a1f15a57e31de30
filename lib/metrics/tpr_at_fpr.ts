import { rank } from "./ranking.ts";
import { type Column, countBoth } from "./rows.ts";

/**
 * Share of the fakes found when at most a share `fpr` of the photographs may be called fake: the highest point of the
 * ROC curve that is allowed, without interpolation between its points.
 *
 * @param fpr allowed false positive rate, 0…1
 * @returns 0…1; 0 when the highest scores are photographs'
 * @throws {RangeError} when either class is missing or `fpr` is out of range
 */
export function tprAtFpr(labels: Column, scores: Column, { fpr }: { readonly fpr: number }): number {
  if (!(fpr >= 0 && fpr <= 1)) throw new RangeError(`Cannot compute TPR at FPR ${fpr}: expected a rate (0…1)`);
  const { real, fake } = countBoth(`TPR at FPR ${fpr}`, labels, scores);
  const { label, last } = rank(labels, scores);
  let found = 0, alarms = 0;
  let best = 0;
  for (let place = 0; place < label.length; place++) {
    if (label[place] === 1) found += 1;
    else alarms += 1;
    if (alarms / real > fpr) break;
    if (last[place] === 1) best = found;
  }
  return best / fake;
}
