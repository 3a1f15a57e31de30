import { checkChoice, checkNumber } from "../definition/check.ts";
import { show } from "../definition/part.ts";

/** At most `perClass` photographs and `perClass` fakes of each generator and split, drawn by `seed`. */
export interface Limit {
  /** How many at most, ≥ 1. */
  readonly perClass: number;
  /** Of the draw. */
  readonly seed: number;
}

/**
 * Refuses what is neither "all" nor some of the known generators, each once.
 *
 * @param name the option with its part, as "genImage.generators"
 * @throws {RangeError} with the nearest known generator
 */
export function checkGenerators(name: string, given: unknown, known: readonly string[]): void {
  if (given === "all") return;
  if (!Array.isArray(given) || given.length === 0) {
    throw new RangeError(
      `Cannot define ${name}: given ${show(given)}, expected "all" or some of ${known.join(", ")}`,
    );
  }
  for (const [i, id] of given.entries()) {
    checkChoice(`${name}[${i}]`, id, known);
    if (given.indexOf(id) < i) {
      throw new RangeError(`Cannot define ${name}: "${id}" is given twice, expected each once`);
    }
  }
}

/** Refuses a limit of less than one, or without a whole seed; null is none. */
export function checkLimit(name: string, limit: Limit | null): void {
  if (limit === null) return;
  checkNumber(`${name}.perClass`, limit.perClass, { from: 1, integer: true });
  checkNumber(`${name}.seed`, limit.seed, { from: 0, integer: true });
}

/**
 * Refuses what is no path below the data folder: a definition says nothing of where it runs.
 *
 * @throws {RangeError} with what was given
 */
export function checkFolder(name: string, given: unknown): void {
  if (typeof given === "string" && given !== "") {
    const parts = given.split("/");
    if (!/^([A-Za-z]:|[\\/])/.test(given) && parts.every((part) => part !== "" && part !== "." && part !== "..")) {
      return;
    }
  }
  throw new RangeError(
    `Cannot define ${name}: given ${show(given)}, expected a path below the data folder, as "shaders" or "mine/photos"`,
  );
}

/**
 * Refuses what is neither folders below the data folder nor folders by name, at least one.
 *
 * @throws {RangeError} with what was given
 */
export function checkFolders(name: string, given: unknown): void {
  const entries = typeof given === "object" && given !== null ? Object.entries(given) : [];
  if (entries.length === 0) {
    throw new RangeError(`Cannot define ${name}: given ${show(given)}, expected at least one folder`);
  }
  for (const [key, folder] of entries) checkFolder(`${name}.${key}`, folder);
}

/**
 * Refuses what is neither "all" nor some names of folders, each once.
 *
 * @throws {RangeError} with what was given
 */
export function checkNames(name: string, given: unknown): void {
  if (given === "all") return;
  if (!Array.isArray(given) || given.length === 0) {
    throw new RangeError(`Cannot define ${name}: given ${show(given)}, expected "all" or names of folders`);
  }
  for (const [i, folder] of given.entries()) {
    checkFolder(`${name}[${i}]`, folder);
    if (given.indexOf(folder) < i) {
      throw new RangeError(`Cannot define ${name}: "${folder}" is given twice, expected each once`);
    }
  }
}
