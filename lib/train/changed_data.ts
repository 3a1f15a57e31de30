import { type DataChange, dataChanges, type DataRow, readDataList } from "../runs/data_list.ts";
import { findRuns } from "../runs/index.ts";
import { holder } from "../runs/lock.ts";
import { hasStates } from "./checkpoint.ts";

/**
 * Refuses to begin a run where one of the same definition was begun on other data and is not done: whoever gives the same
 * command again means to go on. To be called where none is begun on this data, beside which others may stand.
 *
 * @param run `name`, for the error; `definition`, its fingerprint; `rows`, its data as it is now
 * @throws {Error} with what has changed
 */
export async function refuseChangedData(
  runs: string,
  { name, definition, rows }: {
    readonly name: string;
    readonly definition: string;
    readonly rows: readonly DataRow[];
  },
): Promise<void> {
  for (const { folder, status } of await findRuns(runs, { fingerprint: definition })) {
    if (status === "done" || !await hasStates(folder)) continue;
    if (await holder(folder) !== null) continue; // it goes, on data of its own
    const before = await readDataList(folder);
    throw new Error(
      `Cannot go on with "${name}" in "${folder}": its data has changed since it began` +
        (before === null
          ? " (an older version did not write down what it was). "
          : changesText(dataChanges(before, rows))) +
        "Put the data back as it was and give the same command again, or begin anew on it as it is with --fresh " +
        "(fresh: true)",
    );
  }
}

function changesText(changes: readonly DataChange[]): string {
  if (changes.length === 0) {
    return " (the samples are the same, their sources, sets, captions or what an index tells of them are not). ";
  }
  const lines = changes.map(({ group, before, added, removed, changed }) =>
    `  ${group}: ${added} added, ${removed} removed, ${changed} changed, of ${before}\n`
  );
  return `:\n${lines.join("")}`;
}
