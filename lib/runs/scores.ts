/** Columns of scores as files beside a record: parquet, in formats 1 and 2 JSON. */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { readParquet, type Table, writeParquet } from "../tables/parquet.ts";
import type { Label, ScoreColumns, Split } from "../types.ts";
import { writeAtomic } from "./atomic.ts";
import { noRecord, readJson, REPAIR, type ScoresLink } from "./record.ts";

/** Columns of the files, for whoever reads them; each of them bears its meaning in `ScoreColumns`. */
const COLUMNS = {
  id: "string",
  source: "string",
  label: "string",
  generator: "string or null",
  test_set: "string or null",
  corruption: "string or null",
  score: "double",
  seed: "whole",
} as const;

/** Columns that are written beside those, and that nobody has to read: files say of themselves what they hold. */
const WRITTEN = { ...COLUMNS, split: "string" } as const;

const LABELS: readonly Label[] = ["real", "fake"];

/** What files of scores are called: "scores.parquet", "scores-2.parquet", …; likewise of the probe and of validation. */
export type ScoresName = "scores" | "probe" | "validation";

/** Whether a file of a run's folder holds scores, in whatever format. */
export function isScoresFile(file: string): boolean {
  return /^(scores|probe|validation)(-[0-9a-f]+)?\.(parquet|json)$/.test(file);
}

/**
 * Writes scores to a file of their own in a run's folder.
 *
 * @param at `name`, what they are; `seed` of the run's experiment, which stands in each row; `kept`: files of the same
 *   name that are to stay as they are
 */
export async function writeScores(
  folder: string,
  columns: ScoreColumns,
  { name, seed, kept }: { readonly name: ScoresName; readonly seed: number; readonly kept: readonly ScoresLink[] },
): Promise<ScoresLink> {
  const { set, label, ...same } = columns;
  const bytes = writeParquet(WRITTEN, {
    ...same,
    label: label.map((value) => LABELS[value]),
    test_set: set,
    seed: set.map(() => seed),
    split: set.map((): Split => name === "validation" ? "validation" : "test"),
  });
  const hash = sha256(bytes);
  const link = { file: freeName(name, kept, hash), sha256: hash };
  await writeAtomic(join(folder, link.file), bytes);
  return link;
}

/**
 * Scores of files, one after the other.
 *
 * @throws {Deno.errors.NotFound} when one is missing
 * @throws {RangeError} when its hash is another than that of its link, naming both
 * @throws {SyntaxError | TypeError} when it does not hold the columns; all name the file
 */
export async function readScores(folder: string, links: readonly ScoresLink[]): Promise<ScoreColumns> {
  const parts: ScoreColumns[] = [];
  for (const link of links) parts.push(await readPart(join(folder, basename(link.file)), link.sha256));
  if (parts.length === 1) return parts[0];
  return {
    id: parts.flatMap(({ id }) => id),
    source: parts.flatMap(({ source }) => source),
    generator: parts.flatMap(({ generator }) => generator),
    set: parts.flatMap(({ set }) => set),
    corruption: parts.flatMap(({ corruption }) => corruption),
    label: parts.flatMap(({ label }) => label),
    score: parts.flatMap(({ score }) => score),
  };
}

async function readPart(file: string, expected: string): Promise<ScoreColumns> {
  const bytes = await Deno.readFile(file).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`Cannot read "${file}": there is no such file. ${REPAIR}`, { cause: error });
  });
  const hash = sha256(bytes);
  if (hash !== expected) {
    throw new RangeError(`Cannot read "${file}": its SHA-256 is ${hash}, the record expects ${expected}. ${REPAIR}`);
  }
  if (file.endsWith(".json")) return parseScores(new TextDecoder().decode(bytes), file);
  return fromTable(await readParquet(bytes, { file, types: COLUMNS }), file);
}

function fromTable(table: Table<typeof COLUMNS>, file: string): ScoreColumns {
  const { seed: _, test_set: set, label, ...same } = table;
  const numbers = label.map((value) => (LABELS as readonly string[]).indexOf(value));
  if (numbers.includes(-1)) throw noRecord(file, "label", `of "${LABELS.join('" and "')}"`);
  return { ...same, set, label: numbers };
}

/** Columns that every version has written. */
const OLDEST = ["id", "source", "set", "label", "score"] as const;

/** Scores as formats 1 and 2 kept them. */
function parseScores(text: string, file: string): ScoreColumns {
  const value = readJson(text, file) as Partial<ScoreColumns> | null;
  for (const column of OLDEST) if (!Array.isArray(value?.[column])) throw noRecord(file, column, "a list");
  const given = value as ScoreColumns;
  const rows = given.id.length;
  for (const column of OLDEST) if (given[column].length !== rows) throw noRecord(file, column, `a list of ${rows}`);
  const blank = given.id.map(() => null);
  return { ...given, generator: blank, corruption: blank };
}

/** The first name that is free, or has this content already. */
function freeName(name: ScoresName, kept: readonly ScoresLink[], hash: string): string {
  for (let i = 1;; i++) {
    const file = `${name}${i === 1 ? "" : `-${i}`}.parquet`;
    if (kept.every((link) => link.file !== file || link.sha256 === hash)) return file;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
