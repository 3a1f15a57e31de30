/** Noise levels σ = √((1 − ᾱ) / ᾱ): the standard deviation of the noise when the image keeps its own scale. */

const { fround } = Math;

/** σ of every timestep, rising, in float32. */
export function noiseLevels(signal: Float32Array): Float32Array {
  return signal.map((left) => Math.sqrt(fround(fround(1 - left) / left)));
}

/** σ at a timestep that may lie between two. */
export function levelAt(levels: Float32Array, timestep: number): number {
  const low = Math.min(Math.floor(timestep), levels.length - 1);
  const high = Math.min(low + 1, levels.length - 1);
  return levels[low] + (timestep - low) * (levels[high] - levels[low]);
}

/**
 * Levels that fall evenly in their seventh root.
 *
 * Source: Karras et al. (NeurIPS 2022), equation 5, ρ = 7.
 */
export function karrasLevels(largest: number, smallest: number, steps: number): number[] {
  const [from, to] = [largest ** (1 / 7), smallest ** (1 / 7)];
  return Array.from({ length: steps }, (_, i) => (from + (steps > 1 ? i / (steps - 1) : 0) * (to - from)) ** 7);
}

/** The timestep of a level, between two by their logarithms; the first or the last for one beyond them. */
export function timestepOf(level: number, levels: Float32Array): number {
  const logarithm = Math.log(Math.max(level, 1e-10));
  const logOf = (t: number) => fround(Math.log(levels[t]));
  let low = 0;
  for (let end = levels.length - 2; low < end;) {
    const middle = (low + end + 1) >> 1;
    if (logOf(middle) <= logarithm) low = middle;
    else end = middle - 1;
  }
  const share = (logOf(low) - logarithm) / fround(logOf(low) - logOf(low + 1));
  return low + Math.min(Math.max(share, 0), 1);
}
