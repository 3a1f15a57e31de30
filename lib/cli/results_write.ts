import { dirname, join } from "node:path";
import { writeAtomic } from "../runs/atomic.ts";
import { FIGURES, saveFigures } from "./results_figures.ts";
import { numbersText, resultNumbers } from "./results_numbers.ts";
import { resultsText } from "./results_text.ts";
import { tell } from "./results_told.ts";
import type { SystemRuns } from "./system_runs.ts";

/** Where results go, and of what. */
export interface WriteResults {
  /** The page, a name that ends in .md. */
  readonly out: string;
  /** Hash of the pocket world on which all runs were made. */
  readonly world: string;
  /** Whether these are all systems. */
  readonly all: boolean;
}

/**
 * Writes the page, its pictures and its numbers.
 *
 * @returns the files beside the page
 * @throws {RangeError} when the page's name does not end in .md
 */
export async function writeResults(
  runs: readonly SystemRuns[],
  { out, world, all }: WriteResults,
): Promise<{ readonly numbers: string; readonly pictures: readonly string[] }> {
  if (!out.endsWith(".md")) {
    throw new RangeError(`Cannot write results to "${out}": expected a name that ends in .md, as results.md`);
  }
  const told = [];
  for (const one of runs) told.push(await tell(one));
  const numbers = out.replace(/md$/, "json");
  const figures = told.flatMap((one) => one.figures);
  await Deno.mkdir(dirname(out), { recursive: true });
  await saveFigures(figures, dirname(out));
  await writeAtomic(numbers, numbersText(resultNumbers(told, { world })));
  await writeAtomic(out, resultsText(told, { world, all }));
  return { numbers, pictures: figures.map(({ file }) => join(dirname(out), FIGURES, file)) };
}
