import { type Given, wholeNumber } from "./command.ts";

const MOST = 256;

/**
 * Threads that operations run on, by `--threads`; undefined: one for each core.
 *
 * @throws {UsageError} when it is not a whole number that threads may have
 */
export function threadsOption(given: Given): number | undefined {
  return wholeNumber(given, "threads", [1, MOST]) ?? undefined;
}

/**
 * Threads that read and augment images, by `--workers`; undefined: one for each core, none where there is little to read.
 *
 * @throws {UsageError} when it is not a whole number that threads may have
 */
export function workersOption(given: Given): number | undefined {
  return wholeNumber(given, "workers", [0, MOST]) ?? undefined;
}

/** What `--help` says of `--workers`: two lines, of which the words begin at a column. */
export function workersHelp(column: number): string {
  const option = "  --workers N".padEnd(column);
  return `${option}threads that read and augment images; results do not depend on it; default: one for each core,
${" ".repeat(column)}none where there is little to read`;
}
