/**
 * p-values of several comparisons, corrected so that among all of them one below 0.05 is rarely due to chance: the
 * smallest times their number, the next times one fewer, and so on, none below one before it. Unlike intervals, which
 * each speak for themselves.
 *
 * @param ps in any order, 0…1
 * @returns in the same order, at most 1
 * @throws {RangeError} when one is no probability
 *
 * Source: Holm 1979, as R's `p.adjust(p, "holm")`.
 */
export function holm(ps: readonly number[]): number[] {
  const wrong = ps.find((p) => !(p >= 0 && p <= 1));
  if (wrong !== undefined) {
    throw new RangeError(`Cannot correct p-values: found ${wrong}, expected each to be from 0 to 1`);
  }
  const corrected = ps.map(() => 0);
  let least = 0;
  for (const [rank, place] of ps.map((_, i) => i).sort((a, b) => ps[a] - ps[b]).entries()) {
    least = Math.max(least, Math.min(1, (ps.length - rank) * ps[place]));
    corrected[place] = least;
  }
  return corrected;
}
