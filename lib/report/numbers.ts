/** How numbers read in tables, sentences and figures. */
import type { Interval } from "../types.ts";

/** Statistics by the names that readers see. */
export const metricTitles = { accuracy: "Accuracy", auc: "AUC", averagePrecision: "Average precision" } as const;

/** A fraction in per cent with one decimal, without the sign: 0.8123 → "81.2". */
export function percent(fraction: number): string {
  return signed((fraction * 100).toFixed(1));
}

/** A fraction and its interval in per cent: "81.2 [78.0, 84.1]". */
export function percentInterval(value: number, low: number, high: number): string {
  return `${percent(value)} [${percent(low)}, ${percent(high)}]`;
}

/** A difference of fractions in percentage points, always with its sign: "+1.3". */
export function points(fraction: number): string {
  const text = percent(fraction);
  return text.startsWith("−") || text === "0.0" ? text : `+${text}`;
}

/** A difference and its interval in percentage points: "+1.3 [−0.4, +3.0]". */
export function pointsInterval(value: number, low: number, high: number): string {
  return `${points(value)} [${points(low)}, ${points(high)}]`;
}

/** A difference of numbers that are no fractions, always with its sign and so many digits: "−1.5". */
export function change(value: number, digits: number): string {
  const text = fixed(value, digits);
  return text.startsWith("−") || Number(text) === 0 ? text : `+${text}`;
}

/** A p-value: "0.031", "<0.001". */
export function probability(p: number): string {
  return p < 0.001 ? "<0.001" : p.toFixed(3);
}

/** A whole number with a comma at the thousands. */
export function thousands(count: number): string {
  return count.toLocaleString("en-US");
}

/** Seconds as a person says them: "48 s", "6 min 05 s", "2 h 03 min". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** A mean and how far the values lie apart. */
export interface Spread {
  /** Of the values. */
  readonly mean: number;
  /** Standard deviation with n − 1 in the denominator; null for one value. */
  readonly deviation: number | null;
}

/** Mean and standard deviation of some values; null of none. */
export function meanAndSpread(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length === 1 ? null : Math.sqrt(squares / (values.length - 1)) };
}

/** A number with so many digits behind the point, and a real minus sign. */
export function fixed(value: number, digits: number): string {
  return signed(value.toFixed(digits));
}

/** A number and its interval, with so many digits: "0.812 [0.780, 0.841]". */
export function fixedInterval(value: number, { low, high }: Pick<Interval, "low" | "high">, digits: number): string {
  return `${fixed(value, digits)} [${fixed(low, digits)}, ${fixed(high, digits)}]`;
}

/** A mean and its deviation: "0.123 ± 0.004". */
export function spread({ mean, deviation }: Spread, digits: number): string {
  return deviation === null ? fixed(mean, digits) : `${fixed(mean, digits)} ± ${fixed(deviation, digits)}`;
}

/** With a real minus sign, and none before a zero. */
function signed(text: string): string {
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}
