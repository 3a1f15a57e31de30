import { meant } from "./nearest.ts";
import { show } from "./part.ts";

/** Where a number may lie. */
export interface Range {
  /** Smallest. */
  readonly from?: number;
  /** Largest. */
  readonly to?: number;
  /** Just below the smallest: excluded. */
  readonly above?: number;
  /** Just above the largest: excluded. */
  readonly below?: number;
  readonly integer?: boolean;
}

/**
 * Refuses what is not a number within a range.
 *
 * @param name the option with its part, as "blur.sigma"
 * @throws {RangeError} with what was given and what is expected
 */
export function checkNumber(name: string, value: unknown, range: Range): void {
  const { from = -Infinity, to = Infinity, above = -Infinity, below = Infinity, integer } = range;
  const fits = typeof value === "number" && (integer ? Number.isInteger(value) : Number.isFinite(value));
  if (fits && value >= from && value <= to && value > above && value < below) return;
  const noun = integer ? "a whole number" : "a number";
  const bounds = range.from !== undefined && range.to !== undefined
    ? `from ${from} to ${to}`
    : [[">", range.above], ["≥", range.from], ["≤", range.to], ["<", range.below]]
      .filter(([, bound]) => bound !== undefined).map((bound) => bound.join(" ")).join(" and ");
  throw new RangeError(`Cannot define ${name}: given ${inWords(value)}, expected ${noun} ${bounds}`.trimEnd());
}

/**
 * Refuses what is neither true nor false.
 *
 * @throws {TypeError} with what was given
 */
export function checkFlag(name: string, value: unknown): void {
  if (typeof value === "boolean") return;
  throw new TypeError(`Cannot define ${name}: given ${inWords(value)}, expected true or false`);
}

/**
 * Refuses what is not a text; an empty one is.
 *
 * @throws {TypeError} with what was given
 */
export function checkText(name: string, value: unknown): void {
  if (typeof value === "string") return;
  throw new TypeError(`Cannot define ${name}: given ${inWords(value)}, expected a text`);
}

/**
 * Refuses what is not an interval [low, high] of numbers within a range.
 *
 * @throws {RangeError} with what was given and what is expected
 */
export function checkInterval(name: string, value: unknown, range: Range): void {
  if (!Array.isArray(value) || value.length !== 2) {
    throw new RangeError(`Cannot define ${name}: given ${inWords(value)}, expected two numbers, [low, high]`);
  }
  checkNumber(`${name}[0]`, value[0], range);
  checkNumber(`${name}[1]`, value[1], range);
  if (value[0] > value[1]) {
    throw new RangeError(`Cannot define ${name}: given ${inWords(value)}, expected the smaller number first`);
  }
}

/**
 * Refuses a word that is not one of the known ones.
 *
 * @throws {RangeError} with the nearest of them
 */
export function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (typeof value === "string" && choices.includes(value)) return;
  const hint = meant(typeof value === "string" ? value : "", choices, "choices");
  throw new RangeError(`Cannot define ${name}: given ${inWords(value)}, ${hint}`);
}

function inWords(value: unknown): string {
  return typeof value === "number" ? String(value) : show(value);
}
