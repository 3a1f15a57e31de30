import { blocksWhere, callsOf, type Curve, curveOf } from "./ranking.ts";
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
  countBoth(`TPR at FPR ${fpr}`, labels, scores);
  return curveTprAtFpr(curveOf(labels, scores), { fpr });
}

/** {@linkcode tprAtFpr} of a curve. */
export function curveTprAtFpr(curve: Curve, { fpr }: { readonly fpr: number }): number {
  const { fake, real } = callsOf(curve, 0);
  const allowed = blocksWhere(curve, (block) => curve.reals[block] / real <= fpr);
  return callsOf(curve, allowed).found / fake;
}
