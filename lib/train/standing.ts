/** What stands in the folders of runs before one goes. */
import { findRuns } from "../runs/index.ts";
import type { RunHeader } from "../runs/record.ts";
import { readHeader, readRecord } from "../runs/store.ts";
import type { RunRecord } from "../types.ts";
import { hasStates } from "./checkpoint.ts";

/**
 * The header of the record in a run's folder, null when there is none; where it cannot be read and there are states to go
 * on from, what is wrong with it.
 *
 * @throws as `readHeader` where it cannot be read and there are none
 */
export async function headerIn(folder: string): Promise<{ header: RunHeader | null; problem: string | null }> {
  try {
    return { header: await readHeader(folder), problem: null };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { header: null, problem: null };
    const broken = error instanceof SyntaxError || error instanceof TypeError;
    if (broken && await hasStates(folder)) return { header: null, problem: error.message };
    throw error;
  }
}

/** The record of a run that is done; null of any other, and where there is none. */
export async function finishedIn(folder: string): Promise<RunRecord | null> {
  return (await headerIn(folder)).header?.status === "done" ? await readRecord(folder) : null;
}

/** Whether a run has left anything to go on from. */
export async function isBegun(folder: string): Promise<boolean> {
  return (await headerIn(folder)).header !== null || await hasStates(folder);
}

/** A finished run of a definition, on whatever data; null when there is none. */
export async function finishedOf(
  runs: string,
  definition: string,
): Promise<{ folder: string; record: RunRecord } | null> {
  for (const { folder, status } of await findRuns(runs, { fingerprint: definition })) {
    if (status === "done") return { folder, record: await readRecord(folder) };
  }
  return null;
}
