import { basename, join } from "node:path";
import process from "node:process";
import { TEMPORARY } from "../runs/atomic.ts";
import { isPartialScores } from "../runs/partial_scores.ts";
import { lookAt, type LookedAt } from "./one_run.ts";
import { type RunFile, runFiles } from "./run_files.ts";

/** Which runs are cleaned of what. */
export interface Cleaning {
  /** Whether runs that were stopped, failed or interrupted go as a whole. */
  readonly stopped: boolean;
  /** Only what was last written so many days ago or more. */
  readonly olderThan: number;
}

/** One file that can go. */
export interface Removable {
  /** Below the folder that it was found in. */
  readonly path: string;
  readonly bytes: number;
  readonly why: string;
}

/** What of a folder can go. */
export interface Found {
  readonly folder: string;
  readonly files: readonly Removable[];
  /** Whether they are all that it holds, so that it goes with them. */
  readonly whole: boolean;
  /** Why it is left as it is, where that needs a word. */
  readonly leftAlone: string | null;
}

const DAY = 24 * 3600 * 1000;
const HOUR = 3600 * 1000;

/** States that training goes on from; the one file of an older version too. */
const STATE = /^(checkpoints\/step-[^/]*\.(safetensors|json)|last\.safetensors)$/;
const BEST = /^checkpoints\/best-[^/]*\.safetensors$/;

/** Everything that a run writes into its folder. */
const WRITTEN = [
  /^(record\.json|events\.jsonl|lock\.json|[\w-]+\.log)$/,
  /^(scores|probe|validation)[^/]*\.(json|parquet)$/,
  /^(best|last)[^/]*\.safetensors$/,
  STATE,
  BEST,
];

/** Folders in the runs folder that are named as runs are; a link is none. */
export async function runFolders(runs: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(runs)) {
    if (isDirectory && /-[0-9a-f]{12}$/.test(name)) found.push(join(runs, name));
  }
  return found.sort();
}

/**
 * What can go of a run's folder. Never anything of a run that a process holds, and never the record, scores, events or
 * kept checkpoint of a run that has a record, unless the run goes as a whole.
 *
 * @param held whether this process holds the run's lock
 */
export async function removable(folder: string, cleaning: Cleaning, { held = false } = {}): Promise<Found> {
  const run = await lookAt(folder);
  const leave = (why: string | null): Found => ({ folder, files: [], whole: false, leftAlone: why });
  if (run.writer !== null && !held) return leave(`process ${run.writer.pid} on "${run.writer.host}" writes it`);
  if (run.problem !== null) return leave("its record cannot be read; deno task show tells why");
  const files = await runFiles(folder);
  const written = files.filter(({ path }) => path !== "lock.json").map(({ modified }) => modified);
  const newest = written.length > 0 ? Math.max(...written) : (await Deno.lstat(folder)).mtime?.getTime() ?? 0;
  if (cleaning.olderThan > 0 && newest > Date.now() - cleaning.olderThan * DAY) return leave(null);
  const why = wholeReason(run, files, cleaning);
  if (why === null) return { ...leave(null), files: partsOf(run, files) };
  const foreign = files.find(({ path, kind }) => kind !== "file" || !isWritten(path));
  if (foreign !== undefined) return leave(`it holds "${foreign.path}", which is not a run's; ${why}`);
  // the record goes first: what a kill in the middle leaves is no run that could be taken up
  const ordered = files.toSorted((a, b) => Number(b.path === "record.json") - Number(a.path === "record.json"));
  return { folder, files: ordered.map(({ path, bytes }) => ({ path, bytes, why })), whole: true, leftAlone: null };
}

/** Why a run's folder can go as a whole; null when it stays. */
function wholeReason({ header, state }: LookedAt, files: readonly RunFile[], { stopped }: Cleaning): string | null {
  const begun = header !== null || files.some(({ path }) => STATE.test(path) || BEST.test(path));
  if (!begun) return "it has neither a record nor a checkpoint, and no process holds it";
  const ended = header !== null && header.status === "done";
  if (ended || !stopped) return null;
  return header === null
    ? "it was stopped before it had a record"
    : state === "failed"
    ? "it failed"
    : `it was ${header.status === "running" ? "interrupted" : header.status}`;
}

/** What can go of a run that stays. */
function partsOf({ header }: LookedAt, files: readonly RunFile[]): Removable[] {
  const done = header?.status === "done";
  const kept = header?.best?.checkpoint.replaceAll("\\", "/") ?? null;
  return files.flatMap(({ path, bytes, kind }): Removable[] => {
    const why = kind !== "file" || path === kept
      ? null
      : path.endsWith(TEMPORARY)
      ? "temporary, and no process is writing it"
      : done && STATE.test(path)
      ? "the run is done and needs no state to go on from"
      : done && kept !== null && BEST.test(path)
      ? "no record names it"
      : isPartialScores(path)
      ? "left by an evaluation that was stopped, which would begin anew"
      : null;
    return why === null ? [] : [{ path, bytes, why }];
  });
}

function isWritten(path: string): boolean {
  const named = path.endsWith(TEMPORARY) ? path.replace(/\.\d+-\d+\.tmp$/, "") : path;
  return isPartialScores(named) || WRITTEN.some((form) => form.test(named));
}

/** Temporary files in the runs folder itself, of processes that are not there any more and an hour old. */
export async function removableBeside(runs: string, { olderThan }: Cleaning): Promise<Found> {
  const files: Removable[] = [];
  const age = Math.max(HOUR, olderThan * DAY); // the process may be another machine's
  for await (const { name, isFile } of Deno.readDir(runs)) {
    const pid = /(?:\.(\d+)-\d+\.tmp|^\.probe-(\d+))$/.exec(name)?.slice(1).find((group) => group !== undefined);
    if (!isFile || pid === undefined || lives(Number(pid))) continue;
    const { size, mtime } = await Deno.lstat(join(runs, name));
    if (Date.now() - (mtime?.getTime() ?? 0) < age) continue;
    files.push({ path: name, bytes: size, why: "temporary, and its process is not there any more" });
  }
  return { folder: runs, files, whole: false, leftAlone: null };
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0); // no signal: only asks
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== "ESRCH";
  }
}

/**
 * Removes files that were found, and the folder where they are all of it. Nothing is reached through a link.
 *
 * @returns bytes that were freed
 * @throws {Error} when one cannot be removed; those before it are gone
 */
export async function removeFiles({ folder, files }: Pick<Found, "folder" | "files">): Promise<number> {
  let freed = 0;
  for (const { path, bytes } of files) {
    const inside = path.split("/").slice(0, -1).map((_, i, parts) => parts.slice(0, i + 1).join("/"));
    for (const each of inside) {
      if ((await Deno.lstat(join(folder, each))).isDirectory) continue;
      throw new Error(
        `Cannot remove "${path}" in "${basename(folder)}": "${each}" has become a link. Look at it first`,
      );
    }
    try {
      await Deno.remove(join(folder, path));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // taking the lock removes temporary files, too
    }
    freed += bytes;
  }
  return freed;
}

/** Removes the folders in a folder that hold nothing. */
export async function removeEmptyFolders(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory) continue;
    await removeEmptyFolders(join(folder, name));
    await Deno.remove(join(folder, name));
  }
}
