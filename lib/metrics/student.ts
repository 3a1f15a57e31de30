/** A mean and its interval; the ends are null for one value, which tells nothing of how far another would lie. */
export interface SeedInterval {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Mean of a few values, as one of each seed, with Student's interval: that of the mean of ever more such values, if they
 * are drawn from a normal distribution. For two or three values it is wide, as it has to be.
 *
 * @param level share of the distribution inside, above 0 and below 1
 * @throws {RangeError} when there is no value, or for a level outside its range
 */
export function studentInterval(
  values: readonly number[],
  { level = 0.95 }: { readonly level?: number } = {},
): SeedInterval {
  if (values.length === 0) throw new RangeError("Cannot make an interval: found no value, expected at least one");
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`Cannot make an interval of level ${level}: expected more than 0 and less than 1, as 0.95`);
  }
  const value = values.reduce((sum, one) => sum + one, 0) / values.length;
  if (values.length === 1) return { value, low: null, high: null };
  const freedom = values.length - 1;
  const squares = values.reduce((sum, one) => sum + (one - value) ** 2, 0);
  const reach = studentQuantile(level, freedom) * Math.sqrt(squares / freedom / values.length);
  return { value, low: value - reach, high: value + reach };
}

/** How far from 0 a share of Student's distribution reaches to both sides. With t = √freedom · tan θ it is even in θ. */
function studentQuantile(level: number, freedom: number): number {
  const whole = cosines(Math.PI / 2, freedom - 1);
  let [low, high] = [0, Math.PI / 2];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (cosines(middle, freedom - 1) < level * whole) low = middle;
    else high = middle;
  }
  return Math.sqrt(freedom) * Math.tan(low);
}

/** Integral of cosⁿ from 0 on, by Simpson's rule. */
function cosines(to: number, power: number): number {
  const steps = 1000;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * Math.cos(i * to / steps) ** power;
  }
  return sum * to / steps / 3;
}
