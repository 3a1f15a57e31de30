import { meant } from "./nearest.ts";
import { show } from "./part.ts";

/** Where a number may lie; both ends belong to it. */
export interface Range {
  readonly from?: number;
  readonly to?: number;
  readonly integer?: boolean;
}

/**
 * Refuses what is not a number within a range.
 *
 * @param name the option with its part, as "blur.sigma"
 * @throws {RangeError} with what was given and what is expected
 */
export function checkNumber(name: string, value: unknown, { from = -Infinity, to = Infinity, integer }: Range): void {
  const fits = typeof value === "number" && (integer ? Number.isInteger(value) : Number.isFinite(value));
  if (fits && value >= from && value <= to) return;
  const noun = integer ? "a whole number" : "a number";
  const bounds = from > -Infinity && to < Infinity
    ? ` from ${from} to ${to}`
    : from > -Infinity
    ? ` ≥ ${from}`
    : to < Infinity
    ? ` ≤ ${to}`
    : "";
  throw new RangeError(`Cannot define ${name}: given ${inWords(value)}, expected ${noun}${bounds}`);
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
