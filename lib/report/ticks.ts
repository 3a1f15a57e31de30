/** Where axes are labelled, when plotly's own choice reads badly. */

/** Ticks as an axis takes them. */
export interface Ticks {
  readonly tickmode: "array";
  readonly tickvals: number[];
  readonly ticktext: string[];
}

/** Round values on a logarithmic axis of time in seconds, the fewer the wider it is. */
export function timeTicks(from: number, to: number): Ticks {
  const decades = Math.log10(to / from);
  const factors = decades < 1.3 ? [1, 2, 5] : decades < 3 ? [1, 3] : [1];
  const powers = Array.from({ length: 16 }, (_, i) => i - 8);
  const values = powers.flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)));
  return { tickmode: "array", tickvals: values, ticktext: values.map(shortTime) };
}

/** "41 ms", "2.1 s". */
export function shortTime(seconds: number): string {
  const [value, name] = seconds < 1 ? [seconds * 1000, "ms"] : [seconds, "s"];
  return `${value >= 100 ? Math.round(value) : Number(value.toPrecision(2))} ${name}`;
}

/** Values that were measured, without those so near to the one before that their labels would touch. */
export function measuredTicks(values: readonly number[]): Ticks {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const width = sorted[sorted.length - 1] - sorted[0];
  const kept: number[] = [];
  for (const value of sorted) if (kept.length === 0 || value - kept[kept.length - 1] >= width * 0.09) kept.push(value);
  return { tickmode: "array", tickvals: kept, ticktext: kept.map(String) };
}

/** Shares from 0 to some highest one, in steps of 1, 2 or 5 times a power of ten, at most seven of them. */
export function shareTicks(highest: number): Ticks {
  const steps = [-3, -2, -1].flatMap((power) => [1, 2, 5].map((factor) => Number(`${factor}e${power}`)));
  const step = steps.find((one) => highest / one <= 6) ?? 0.5;
  const values = Array.from({ length: Math.floor(highest / step) + 1 }, (_, i) => Number((i * step).toPrecision(3)));
  return {
    tickmode: "array",
    tickvals: values,
    ticktext: values.map((value) => `${Number((100 * value).toPrecision(3))}%`),
  };
}
