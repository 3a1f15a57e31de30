import { nearest } from "../definition/nearest.ts";
import { byAge, listRuns, type StoredRun } from "../runs/index.ts";
import { UsageError } from "./command.ts";
import { shown, userPath } from "./places.ts";

/** What help says of a RUN. */
export const RUN_HELP = "A RUN is a name, the beginning of an id or of a definition's fingerprint, or a run's folder";

/** So many names are told to somebody who knows none. */
const MOST_NAMES = 20;

/**
 * The runs that words name: by the name of the definition, the beginning of an id or of a definition's fingerprint (four
 * digits or more), or the run's folder. Without words all of them, oldest first; with words those of the first word,
 * then those of the second, each run once. Whatever their status: what a command cannot use it refuses itself.
 *
 * @throws {UsageError} when a word names none, with the nearest name
 */
export async function chooseRuns(runs: string, words: readonly string[]): Promise<StoredRun[]> {
  if (words.length === 0) return (await Array.fromAsync(listRuns(runs))).sort(byAge);
  return [...new Set((await chooseByWord(runs, words)).flat())];
}

/**
 * The same by word, the runs of each oldest first; none of the store's other runs is held.
 *
 * @throws as {@linkcode chooseRuns}
 */
export async function chooseByWord(runs: string, words: readonly string[]): Promise<StoredRun[][]> {
  const meanings = words.map(meaning);
  const picked = words.map((): StoredRun[] => []);
  const names = new Set<string>();
  for await (const run of listRuns(runs)) {
    names.add(run.name);
    for (const [i, means] of meanings.entries()) if (means(run)) picked[i].push(run);
  }
  const without = picked.findIndex((found) => found.length === 0);
  if (without >= 0) throw new UsageError(refusal(words[without], { runs, names: [...names] }));
  return picked.map((found) => found.sort(byAge));
}

function meaning(word: string): (run: StoredRun) => boolean {
  const folder = userPath(word).replace(/[\\/]+$/, "");
  const digits = /^[0-9a-f]{4,64}$/.test(word);
  return (run) =>
    run.name === word || run.folder === folder ||
    (digits && ((run.id ?? run.shortId).startsWith(word) || (run.fingerprint?.startsWith(word) ?? false)));
}

function refusal(word: string, { runs, names }: { readonly runs: string; readonly names: readonly string[] }): string {
  const near = nearest(word, names);
  const known = names.length === 0
    ? "there is none. Make some with: deno task demo"
    : names.length <= MOST_NAMES
    ? `the runs are ${names.join(", ")}`
    : "all are told by: deno task list --limit all";
  return `Cannot find "${word}": no such run in "${shown(runs)}", ` +
    `${near === null ? "" : `did you mean "${near}"? `}${known}`;
}
