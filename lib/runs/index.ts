import { basename, join } from "node:path";
import type { Experiment } from "../experiment.ts";
import type { Metrics } from "../types.ts";
import { type Found, indexed, type Place, type RunSummary } from "./index_file.ts";
import { holder } from "./lock.ts";
import type { RunHeader } from "./record.ts";
import { folders, readHeader, RECORD } from "./store.ts";

/** One folder of the runs folder, in so far as it is told without opening scores. */
export interface StoredRun {
  /** Of the run. */
  readonly folder: string;
  /** First twelve digits of the run's id, as the folder's name has them. */
  readonly shortId: string;
  /** Of the definition; where no record can be read, as the folder's name has it. */
  readonly name: string;
  /**
   * "running": a process writes it at this moment. "interrupted": its record says that it runs, and nobody writes it.
   * "unfinished": it has written no record yet. "broken": its record cannot be read.
   */
  readonly status: "running" | "interrupted" | "done" | "stopped" | "failed" | "unfinished" | "broken";
  /** Who writes it now; not looked for where the run is done. */
  readonly writer: { readonly pid: number; readonly host: string } | null;
  /** Why the record cannot be read. */
  readonly problem: string | null;
  /** Why the run failed. */
  readonly error: string | null;
  /** The rest is null where there is no record that can be read. */
  readonly id: string | null;
  /** Of its definition; null where the record cannot be read. */
  readonly fingerprint: string | null;
  /** Identity of its data; null in runs older than it, too. */
  readonly data: string | null;
  /** Its definition; null where the record cannot be read. */
  readonly experiment: Experiment | null;
  /** Of its definition; null where the record cannot be read. */
  readonly seed: number | null;
  /** ISO 8601. */
  readonly started: string | null;
  /** Wall time of training. */
  readonly seconds: number | null;
  /** Whole epochs behind it. */
  readonly epochs: number | null;
  /** Steps behind it at the end of the last of them. */
  readonly steps: number | null;
  /** By test set, then by metric; empty before the run is done. */
  readonly metrics: Readonly<Record<string, Metrics>> | null;
}

/** A run that is done, which has all that a record says. */
export type FinishedRun =
  & Pick<StoredRun, Exclude<keyof StoredRun, Known>>
  & { readonly [Key in Known]: NonNullable<StoredRun[Key]> }
  & { readonly status: "done" };

type Known = "id" | "fingerprint" | "experiment" | "seed" | "started" | "seconds" | "epochs" | "steps" | "metrics";

/** Whether a run is done. */
export function isFinished(run: StoredRun): run is FinishedRun {
  return run.status === "done";
}

/**
 * Every run in the runs folder, one after the other in the order of their folders' names; a broken record is told, not
 * thrown. An index in the folder spares opening the records that have not changed since they were read last.
 *
 * @throws {Error} when the runs folder cannot be read; where there is none there are no runs
 *
 * @example
 * ```ts ignore
 * for await (const { name, status, metrics } of listRuns("runs")) console.log(name, status, metrics?.mean?.auc);
 * const all = await Array.fromAsync(listRuns("runs")); // or all at once
 * ```
 */
export async function* listRuns(runs: string): AsyncGenerator<StoredRun, void> {
  const places = (await folders(runs)).map((folder) => ({ folder: basename(folder), stamp: stampOf(folder) }));
  let i = 0;
  for await (const found of indexed(runs, places, (place) => look(runs, place))) {
    yield await stored(join(runs, places[i++].folder), found);
  }
}

/** The runs of one definition, on whatever data, oldest first. */
export async function findRuns(runs: string, { fingerprint }: { readonly fingerprint: string }): Promise<StoredRun[]> {
  const found: StoredRun[] = [];
  for await (const run of listRuns(runs)) if (run.fingerprint === fingerprint) found.push(run);
  return found.sort(byAge);
}

/** Orders runs by when they began, oldest first; those that do not tell come last. */
export function byAge(a: Aged, b: Aged): number {
  const [one, two] = [a.started ?? "9", b.started ?? "9"];
  return one < two ? -1 : one > two ? 1 : a.folder < b.folder ? -1 : 1;
}

type Aged = Pick<StoredRun, "started" | "folder">;

/** The stamp of a folder without a record. */
const NO_RECORD = "";

/**
 * Time, size and place on the disk of a run's record: what is renamed into its place within the same millisecond and
 * with the same size still lies elsewhere. Synchronous, since ten thousand take 45 ms so and 130 ms otherwise.
 */
function stampOf(folder: string): string {
  try {
    const { mtime, size, ino } = Deno.statSync(join(folder, RECORD));
    return `${mtime?.getTime() ?? 0}-${size}-${ino ?? 0}`;
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? NO_RECORD : "not to be read";
  }
}

async function look(runs: string, { folder, stamp }: Place): Promise<Found> {
  if (stamp === NO_RECORD) return { summary: null, problem: null };
  try {
    return { summary: summarize(await readHeader(join(runs, folder))), problem: null };
  } catch (error) {
    return { summary: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

function summarize({ history, ...header }: RunHeader): RunSummary {
  const { id, fingerprint, data, status, error, started, seconds, metrics, experiment } = header;
  const done = { epochs: history.length, steps: history.at(-1)?.step ?? 0 };
  return { id, fingerprint, data, status, error, started, seconds, ...done, metrics, experiment };
}

async function stored(folder: string, { summary, problem }: Found): Promise<StoredRun> {
  // ten thousand lock files take a second to try
  const writer = summary?.status === "done" ? null : await holder(folder);
  const name = basename(folder);
  const shortId = name.slice(-12);
  if (summary === null) {
    const status = writer !== null ? "running" : problem !== null ? "broken" : "unfinished";
    return { ...nothing, folder, shortId, name: name.slice(0, -13), status, writer, problem };
  }
  const status = writer !== null ? "running" : summary.status === "running" ? "interrupted" : summary.status;
  const { experiment } = summary;
  return { ...summary, folder, shortId, name: experiment.name, seed: experiment.seed ?? null, status, writer, problem };
}

const nothing = {
  ...{ error: null, id: null, fingerprint: null, data: null, experiment: null, seed: null },
  ...{ started: null, seconds: null, epochs: null, steps: null, metrics: null },
};
