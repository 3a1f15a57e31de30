import { blocksWhere, callsOf, type Curve, curveOf } from "./ranking.ts";
import { type Column, countBoth } from "./rows.ts";

/**
 * Equal error rate: the error at the threshold where as large a share of the photographs is called fake as of the fakes
 * is called real. Between two points of the ROC curve it is taken on the straight line through them.
 *
 * @param labels 1 = fake
 * @returns 0…1
 * @throws {RangeError} when either class is missing
 */
export function eer(labels: Column, scores: Column): number {
  countBoth("the equal error rate", labels, scores);
  return curveEer(curveOf(labels, scores));
}

/** {@linkcode eer} of a curve. */
export function curveEer(curve: Curve): number {
  const rates = (blocks: number): { alarms: number; excess: number } => {
    const { fake, real, found, alarms } = callsOf(curve, blocks);
    return { alarms: alarms / real, excess: alarms / real - (fake - found) / fake };
  };
  // alarms less misses rise from −1, where nothing is called fake, to 1, where all is
  const below = blocksWhere(curve, (block) => rates(block + 1).excess < 0);
  const [from, to] = [rates(below), rates(below + 1)];
  return from.alarms + (to.alarms - from.alarms) * -from.excess / (to.excess - from.excess);
}
