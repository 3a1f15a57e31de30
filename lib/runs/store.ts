import { join } from "node:path";
import type { RunRecord, ScoreColumns, StepRow } from "../types.ts";
import { TEMPORARY, writeAtomic } from "./atomic.ts";
import { DATA_LIST } from "./data_list.ts";
import { EVENTS, openEventLog, readSteps } from "./event_log.ts";
import {
  headerText,
  type ParsedRecord,
  parseHeader,
  type RecordLinks,
  REPAIR,
  type RunHeader,
  type ScoresLink,
} from "./record.ts";
import { isPartialScores } from "./partial_scores.ts";
import { isScoresFile, readScores, writeScores } from "./scores.ts";

/** Name of the record in a run's folder. */
export const RECORD = "record.json";

/** Folder of a run that has none yet, as "runs/dual-loss-c3bbf8d1e5f5". */
export function runFolder(runs: string, run: { readonly name: string; readonly id: string }): string {
  return join(runs, `${slug(run.name)}-${run.id.slice(0, 12)}`);
}

/** Folder of the run of this id, under whatever name it was made; null when there is none. */
export async function findFolder(runs: string, id: string): Promise<string | null> {
  return folderOf(await folders(runs), id);
}

/** The same, among folders that are known. */
export function folderOf(among: readonly string[], id: string): string | null {
  return among.find((folder) => folder.endsWith(`-${id.slice(0, 12)}`)) ?? null;
}

/**
 * The record of the run of this id, whatever its status; null when there is none.
 *
 * @throws as `readRecord`
 */
export async function findRecord(runs: string, id: string): Promise<RunRecord | null> {
  const folder = await findFolder(runs, id);
  if (folder === null || !await exists(join(folder, RECORD))) return null;
  const record = await readRecord(folder);
  return record.id === id ? record : null;
}

/**
 * Reads the record in a run's folder.
 *
 * @throws {Deno.errors.NotFound} when there is none, or a file that it names is missing
 * @throws {SyntaxError | TypeError | RangeError} when it is broken or newer than this version; names the file
 */
export async function readRecord(folder: string): Promise<RunRecord> {
  const { header, steps, scores, probe, validation } = await readParsed(folder);
  return {
    ...header,
    steps: steps ?? await stepsOf(folder, header),
    scores: await readScores(folder, scores),
    probe: probe === null ? null : await readScores(folder, [probe]),
    validation: validation === null ? null : await readScores(folder, [validation]),
  };
}

/**
 * The record in a run's folder without its steps and scores.
 *
 * @throws as {@linkcode readRecord}, but for files beside it
 */
export async function readHeader(folder: string): Promise<RunHeader> {
  return (await readParsed(folder)).header;
}

/**
 * Writes a record while its run goes: without scores, of which a file that lies there is removed, unless `links` names
 * it. Its steps are those of the run's events.
 */
export async function writeHeader(folder: string, header: RunHeader, links: RecordLinks = NO_LINKS): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await writeAtomic(join(folder, RECORD), headerText(header, links));
  const named = [...links.scores, links.probe, links.validation].map((link) => link?.file);
  for await (const { name } of Deno.readDir(folder)) {
    if (isScoresFile(name) && !named.includes(name)) await Deno.remove(join(folder, name));
  }
}

/**
 * Writes a finished run's record to its folder: its scores and probe first, then the record that names them and their
 * hashes, so that at no moment a record stands beside scores of another. Its steps are written where the folder has no
 * events yet; where it has, they are the record's.
 */
export async function writeRecord(folder: string, record: RunRecord): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const { steps, scores, probe, validation, ...header } = record;
  if (!await exists(join(folder, EVENTS))) {
    await using log = await openEventLog(folder, { at: 0 });
    for (const row of steps) await log.append({ kind: "step", row, seconds: NaN }); // nobody knows any more
    await log.sync();
  }
  const { seed } = header.experiment;
  const old = await linksOf(folder);
  const written = async (name: "probe" | "validation", columns: ScoreColumns | null): Promise<ScoresLink | null> => {
    const kept = old[name];
    return columns === null
      ? null
      : await writeScores(folder, columns, { name, seed, kept: kept === null ? [] : [kept] });
  };
  await writeHeader(folder, header, {
    scores: scores.id.length === 0
      ? []
      : [await writeScores(folder, scores, { name: "scores", seed, kept: old.scores })],
    probe: await written("probe", probe),
    validation: await written("validation", validation),
  });
}

/**
 * Adds scores to a finished run's record, in a file of their own. Whether the record has rows of the same samples is
 * the caller's to know; so is that nobody else writes the run.
 *
 * @param metrics by test set; those of sets that the record has take the place of its own
 * @throws {RangeError} when the run is not finished; otherwise as {@linkcode readRecord}
 */
export async function appendScores(folder: string, scores: ScoreColumns, metrics: RunRecord["metrics"]): Promise<void> {
  let parsed = await readParsed(folder);
  const { status } = parsed.header;
  if (status !== "done") {
    throw new RangeError(
      `Cannot add scores to the run in "${folder}": it is ${status}, expected one that is done. Finish it first`,
    );
  }
  if (parsed.steps !== null) { // of an older format
    await writeRecord(folder, await readRecord(folder));
    parsed = await readParsed(folder);
  }
  const { header, scores: kept, probe, validation } = parsed;
  const added = await writeScores(folder, scores, { name: "scores", seed: header.experiment.seed, kept });
  await writeHeader(folder, { ...header, metrics: { ...header.metrics, ...metrics } }, {
    scores: [...kept, added],
    ...{ probe, validation },
  });
}

/**
 * Removes what a run has left in its folder, so that it begins anew; its lock stays. The record goes first and the
 * checkpoints before the events, so that a run which is killed meanwhile can be taken up or begun at any moment.
 */
export async function clearRun(folder: string): Promise<void> {
  await removeFile(join(folder, RECORD));
  for (const name of [DATA_LIST, "checkpoints", "last.safetensors", "best.safetensors"]) { // the last two of older ones
    await removeFile(join(folder, name));
  }
  await removeFile(join(folder, EVENTS));
  for await (const { name } of Deno.readDir(folder)) {
    if (isScoresFile(name) || isPartialScores(name)) await removeFile(join(folder, name));
  }
}

const NO_LINKS: RecordLinks = { scores: [], probe: null, validation: null };

async function readParsed(folder: string): Promise<ParsedRecord> {
  return parseHeader(await readText(join(folder, RECORD)), join(folder, RECORD));
}

/** Files that the folder's record names; none where it has none, or one that cannot be read and is about to go. */
async function linksOf(folder: string): Promise<RecordLinks> {
  return await readParsed(folder).catch(() => NO_LINKS);
}

/**
 * Steps from a run's events; those of a finished one have to reach as far as its history,
 * but for steps that were left out.
 */
async function stepsOf(folder: string, { status, history, skipped }: RunHeader): Promise<StepRow[]> {
  const steps = await readSteps(folder);
  const leftOut = new Set(skipped.map(({ step }) => step));
  const last = steps.at(-1)?.step;
  let expected = history.at(-1)?.step ?? 0;
  while (leftOut.has(expected)) expected--;
  if (status !== "done" || (last ?? 0) >= expected) return steps;
  const found = last === undefined ? "it has no steps" : `its last step is ${last}`;
  throw new RangeError(`Cannot read "${join(folder, EVENTS)}": ${found}, the record has ${expected}. ${REPAIR}`);
}

async function removeFile(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/**
 * Makes the folder and writes to it once, so that a folder that cannot be written is known before an hour of
 * training and not after it.
 *
 * @throws {Error} when the folder cannot be made or written; says why and what to do
 */
export async function checkWritable(folder: string): Promise<void> {
  const probe = join(folder, `.probe-${crypto.randomUUID()}${TEMPORARY}`);
  try {
    await Deno.mkdir(folder, { recursive: true });
    await writeAtomic(probe, "");
    await Deno.remove(probe);
  } catch (error) {
    const isFile = (await Deno.stat(folder).catch(() => null))?.isFile ?? false;
    const reason = isFile ? "it is a file" : error instanceof Error ? error.message : String(error);
    throw new Error(
      `Cannot write runs to "${folder}": ${reason}. Expected a folder that can be written; ` +
        "give another with --runs DIR",
      { cause: error },
    );
  }
}

/**
 * Folders of runs, by the form of their names and in their order; none when the runs folder is not there.
 *
 * @throws {Error} when it cannot be read, as when it is a file
 */
export async function folders(runs: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const entry of Deno.readDir(runs)) {
      if (!entry.isFile && /-[0-9a-f]{12}$/.test(entry.name)) found.push(join(runs, entry.name));
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw new Error(`Cannot list runs in "${runs}": ${(error as Error).message}. Expected a folder`, { cause: error });
  }
  return found.sort();
}

/** A name as it may stand in a path on every system: letters and digits of any script, the rest hyphens. */
function slug(name: string): string {
  const kept = name.normalize("NFC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  return Array.from(kept).slice(0, 60).join("").replace(/-+$/, "") || "run";
}

async function readText(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`Cannot read "${file}": there is no such file. ${REPAIR}`, { cause: error });
  }
}

async function exists(file: string): Promise<boolean> {
  return await Deno.stat(file).then(() => true, () => false);
}
