import { meant } from "../definition/nearest.ts";
import { listRuns, type StoredRun } from "../runs/store.ts";
import { UsageError } from "./command.ts";
import { shown, userPath } from "./places.ts";

/**
 * Runs that words name: by the name of the definition, the beginning of an id, or the run's folder; all without words.
 *
 * @throws {UsageError} when a word names none, with the nearest name
 */
export async function chooseRuns(runs: string, words: readonly string[]): Promise<StoredRun[]> {
  const all = await listRuns(runs);
  if (words.length === 0) return all;
  const picked = words.flatMap((word) => {
    const found = all.filter((run) => means(run, word));
    if (found.length > 0) return found;
    const names = [...new Set(all.flatMap(({ record }) => record?.experiment.name ?? []))];
    throw new UsageError(`Cannot find "${word}": no such run in "${shown(runs)}", ${meant(word, names, "runs")}`);
  });
  return [...new Set(picked)];
}

function means(run: StoredRun, word: string): boolean {
  return run.record?.experiment.name === word || userPath(word).replace(/[\\/]+$/, "") === run.folder ||
    (/^[0-9a-f]{4,64}$/.test(word) && (run.record?.id ?? run.shortId).startsWith(word));
}
