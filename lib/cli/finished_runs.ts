import { type FinishedRun, isFinished, type StoredRun } from "../runs/index.ts";
import { chooseByWord, chooseRuns } from "./choose_runs.ts";
import { shown } from "./places.ts";

/**
 * The finished ones of the runs that words name, of all without words.
 *
 * @param doing what is to be done with them, for messages: "compare"
 * @throws {Error} when a word names none that is finished, or the folder has none
 */
export async function finishedRuns(runs: string, words: readonly string[], doing: string): Promise<FinishedRun[]> {
  if (words.length === 0) {
    const finished = (await chooseRuns(runs, [])).filter(isFinished);
    if (finished.length > 0) return finished;
    throw new Error(`Cannot ${doing} runs in "${shown(runs)}": none is finished. Make some with: deno task demo`);
  }
  const picked = await chooseByWord(runs, words);
  return [
    ...new Set(picked.flatMap((found, i) => {
      const finished = found.filter(isFinished);
      if (finished.length === 0) throw new Error(unfinished(words[i], found[0], doing));
      return finished;
    })),
  ];
}

function unfinished(word: string, { folder, problem, status }: StoredRun, doing: string): string {
  return problem ?? `Cannot ${doing} "${word}": the run in "${shown(folder)}" is not finished, it is ${status}`;
}
