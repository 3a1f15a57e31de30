import { type Column, countBoth } from "./rows.ts";
import { type Curve, curveOf } from "./ranking.ts";

/**
 * The ROC curve at given false-positive rates: the share of fakes that are called fake where such a share of the
 * photographs is called so too. Between two thresholds the curve is a straight line, as chance between them would have
 * it; the area below it is the AUC.
 *
 * @param labels 1 = fake
 * @param scores the higher, the more likely fake
 * @param at false-positive rates, 0…1
 * @returns a true-positive rate for each; where the curve climbs straight up, its upper end
 * @throws {RangeError} when either class is missing, or a rate is outside 0…1
 *
 * @example
 * ```ts
 * import { roc } from "./roc.ts";
 *
 * roc([0, 1, 0, 1], [0.1, 0.4, 0.6, 0.9], { at: [0, 0.25, 1] }); // [0.5, 0.5, 1]
 * ```
 */
export function roc(labels: Column, scores: Column, { at }: { readonly at: readonly number[] }): number[] {
  countBoth("the ROC curve", labels, scores);
  const outside = at.find((rate) => !(rate >= 0 && rate <= 1));
  if (outside !== undefined) {
    throw new RangeError(`Cannot compute the ROC curve at a false-positive rate of ${outside}: expected 0…1`);
  }
  return curveRoc(curveOf(labels, scores), { at });
}

/** {@linkcode roc} of a curve, whose rows may have weights. */
export function curveRoc({ fakes, reals }: Curve, { at }: { readonly at: readonly number[] }): number[] {
  const [fake, real] = [fakes[fakes.length - 1], reals[reals.length - 1]];
  return at.map((rate) => {
    const wanted = rate * real;
    // the first block that ends beyond the rate; those before it end at the rate or left of it
    let low = 0, high = reals.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (reals[middle] > wanted + 1e-9) high = middle;
      else low = middle + 1;
    }
    if (low === reals.length) return 1;
    const [x, y] = low === 0 ? [0, 0] : [reals[low - 1], fakes[low - 1]];
    const part = Math.max(0, (wanted - x) / (reals[low] - x));
    return (y + part * (fakes[low] - y)) / fake;
  });
}
