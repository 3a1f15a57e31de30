/** What every term has: a factor in the total. */

/** @throws {RangeError} when a weight is not a finite number of at least 0 */
export function checkWeight(kind: string, weight: number): void {
  if (!(weight >= 0 && Number.isFinite(weight))) {
    throw new RangeError(`Cannot define ${kind}: weight ${JSON.stringify(weight)}, expected a number of at least 0`);
  }
}
