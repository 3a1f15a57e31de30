import { findFolder } from "../runs/store.ts";
import type { RunRecord } from "../types.ts";

/** What `--json` tells of finished runs: which they are, where they lie, and their metrics by test set. */
export function runsInShort(records: readonly RunRecord[], runs: string): Promise<object[]> {
  return Promise.all(records.map(async ({ experiment: { name, seed }, id, seconds, metrics }) => {
    return { name, seed, id, folder: await findFolder(runs, id), seconds, metrics };
  }));
}
