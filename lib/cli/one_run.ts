import type { RunHeader } from "../runs/record.ts";
import { holder } from "../runs/lock.ts";
import type { Holder } from "../runs/lock_file.ts";
import { readHeader } from "../runs/store.ts";
import { chooseRuns } from "./choose_runs.ts";
import { UsageError } from "./command.ts";
import { shown } from "./places.ts";

/** How a run stands: what its record says, and whether a process holds it. */
export type RunState = RunHeader["status"] | "interrupted" | "unfinished" | "broken";

/** A run's folder, looked at. */
export interface LookedAt {
  readonly folder: string;
  /** First twelve digits of the run's id, as the folder's name has them. */
  readonly shortId: string;
  /** "interrupted": it says that it runs and nobody holds it; "unfinished": it has no record. */
  readonly state: RunState;
  /** Null while there is none, or when it cannot be read. */
  readonly header: RunHeader | null;
  /** Why the record cannot be read; null when it can, or is not there. */
  readonly problem: string | null;
  /** Who writes the run now. */
  readonly writer: Holder | null;
}

/**
 * Folder of the one run that a word names.
 *
 * @throws {UsageError} when it names none, or several: with the id of each
 */
export async function oneRun(runs: string, word: string): Promise<string> {
  const found = await chooseRuns(runs, [word]);
  if (found.length === 1) return found[0].folder;
  const each = found.map(({ folder, shortId }) => `${shortId} in "${shown(folder)}"`);
  throw new UsageError(
    `Cannot tell which run "${word}" is: ${found.length} are called so. Name one by its id:\n  ${each.join("\n  ")}`,
  );
}

/** Reads what a run's folder says without its scores; a broken record is told, not thrown. */
export async function lookAt(folder: string): Promise<LookedAt> {
  const writer = await holder(folder);
  const base = { folder, shortId: folder.slice(-12), writer };
  try {
    const header = await readHeader(folder);
    const held = writer !== null && header.status !== "done";
    const state = held ? "running" : header.status === "running" ? "interrupted" : header.status;
    return { ...base, state, header, problem: null };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return { ...base, state: writer === null ? "unfinished" : "running", header: null, problem: null };
    }
    const problem = error instanceof Error ? error.message : String(error);
    return { ...base, state: "broken", header: null, problem };
  }
}
