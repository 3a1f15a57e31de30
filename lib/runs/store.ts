import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import type { RunRecord, ScoreColumns } from "../types.ts";
import { writeAtomic } from "./atomic.ts";
import { parseHeader, parseScores, REPAIR, type RunHeader, type ScoresLink, toJson } from "./record.ts";

/** Name of the record in a run's folder. */
export const RECORD = "record.json";

/** Folder of a run that has none yet, as "runs/dual-loss-c3bbf8d1e5f5". */
export function runFolder(runs: string, run: { readonly name: string; readonly id: string }): string {
  return join(runs, `${slug(run.name)}-${run.id.slice(0, 12)}`);
}

/** Folder of the run of this id, under whatever name it was made; null when there is none. */
export async function findFolder(runs: string, id: string): Promise<string | null> {
  const found = (await folders(runs)).find((folder) => folder.endsWith(`-${id.slice(0, 12)}`));
  return found ?? null;
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
 * Reads the record in a run's folder without its columns.
 *
 * @throws as {@linkcode readRecord}, but for what it says of columns
 */
export async function readHeader(folder: string): Promise<RunHeader> {
  const file = join(folder, RECORD);
  return parseHeader(await readText(file), file).header;
}

/**
 * Reads the record in a run's folder.
 *
 * @throws {Deno.errors.NotFound} when there is none
 * @throws {SyntaxError | TypeError | RangeError} when it is broken or newer than this version; names the file
 */
export async function readRecord(folder: string): Promise<RunRecord> {
  const { header, scores, probe } = parseHeader(await readText(join(folder, RECORD)), join(folder, RECORD));
  return {
    ...header,
    scores: await readColumns(folder, scores),
    probe: probe === null ? null : await readColumns(folder, probe),
  };
}

/**
 * Writes a run's record to its folder: scores and probe first, then the record that names them and their hashes, so
 * that at no moment a record stands beside scores of another.
 */
export async function writeRecord(folder: string, record: RunRecord): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const { scores, probe, ...header } = record;
  const links = {
    scores: await writeColumns(folder, "scores", scores),
    probe: probe === null ? null : await writeColumns(folder, "probe", probe),
  };
  await writeAtomic(join(folder, RECORD), toJson({ ...header, ...links }));
  const named = [links.scores.file, links.probe?.file];
  for await (const { name } of Deno.readDir(folder)) {
    if (/^(scores|probe).*\.json$/.test(name) && !named.includes(name)) await Deno.remove(join(folder, name));
  }
}

async function writeColumns(folder: string, name: "scores" | "probe", columns: ScoreColumns): Promise<ScoresLink> {
  const text = toJson(columns);
  const hash = sha256(text);
  const file = `${name}-${hash.slice(0, 12)}.json`;
  await writeAtomic(join(folder, file), text);
  return { file, sha256: hash };
}

async function readColumns(folder: string, link: ScoresLink): Promise<ScoreColumns> {
  const file = join(folder, basename(link.file));
  const text = await readText(file);
  const hash = sha256(text);
  if (hash !== link.sha256) {
    throw new RangeError(`Cannot read "${file}": its SHA-256 is ${hash}, the record expects ${link.sha256}. ${REPAIR}`);
  }
  return parseScores(text, file);
}

/**
 * Makes the folder and writes to it once, so that a folder that cannot be written is known before an hour of
 * training and not after it.
 *
 * @throws {Error} when the folder cannot be made or written; says why and what to do
 */
export async function checkWritable(folder: string): Promise<void> {
  const probe = join(folder, `.probe-${Deno.pid}`);
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

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
