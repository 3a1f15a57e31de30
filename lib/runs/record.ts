import type { RunRecord, StepRow } from "../types.ts";

/** The format that this version writes; it reads those before it too. */
export const FORMAT = 3;

/** A run's record without what grows with steps and samples, which stands in files of its own. */
export type RunHeader = Omit<RunRecord, "steps" | "scores" | "probe" | "validation">;

/** A file with scores, beside the record, and what it must hash to. */
export interface ScoresLink {
  readonly file: string;
  readonly sha256: string;
}

/** Files of a record. */
export interface RecordLinks {
  /** Their rows one after the other are the record's; none before it is done. */
  readonly scores: readonly ScoresLink[];
  /** Null: before it is done, or the run is older than its probe. */
  readonly probe: ScoresLink | null;
  /** Null: before it is done, or the run is older than its validation scores. */
  readonly validation: ScoresLink | null;
}

/** JSON text of a record; numbers that JSON lacks are written as `{"$number": "NaN"}`. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, withAllNumbers, 2) + "\n";
}

/** The same in a single line, which ends with the text. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value, withAllNumbers) + "\n";
}

/** The value of a text that {@linkcode toJson} or {@linkcode toJsonLine} wrote. */
export function fromJson(text: string): unknown {
  if (!text.includes('"$number"')) return JSON.parse(text); // a third of the time
  return JSON.parse(text, (_, inner) => isObject(inner) && "$number" in inner ? Number(inner.$number) : inner);
}

function withAllNumbers(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? { $number: String(value) } : value;
}

/** A record as its file has it. */
export interface ParsedRecord extends RecordLinks {
  readonly header: RunHeader;
  /** Of formats 1 and 2; null where they stand among the events. */
  readonly steps: readonly StepRow[] | null;
}

/**
 * A record's header, from the text of its file.
 *
 * @throws {SyntaxError} when the text is not JSON
 * @throws {TypeError} when it is no record
 * @throws {RangeError} when a newer version wrote it; all name the file
 */
export function parseHeader(text: string, file: string): ParsedRecord {
  const found = readJson(text, file);
  if (!isObject(found) || typeof found.format !== "number") throw noRecord(file, "format", "a number");
  // records of format 3 had no list of unreadable images at first, and nothing of validation
  const known = found.format === 1 || found.format === 2 ? upgraded(found) : found;
  const value: Record<string, unknown> = {
    ...known,
    unreadable: known.unreadable ?? [],
    validation: known.validation ?? null,
    frozen: known.frozen ?? null,
  };
  if (value.format !== FORMAT) {
    throw new RangeError(
      `Cannot read "${file}": it has format ${found.format}, expected ${FORMAT} or older. ` +
        (found.format > FORMAT ? "A newer Counterproof wrote it; update this one" : REPAIR),
    );
  }
  for (const [path, kind, expected] of FIELDS) if (!kind(value[path])) throw noRecord(file, path, expected);
  const { scores, probe, validation, steps = null, ...header } = value as unknown as
    & RunHeader
    & Omit<ParsedRecord, "header">;
  return { header, steps, scores, probe, validation };
}

/** Text of a record's file. */
export function headerText(header: RunHeader, { scores, probe, validation }: RecordLinks): string {
  return toJson({ ...header, scores, probe, validation });
}

/**
 * Format 1 knew neither a probe nor distances; 1 and 2 knew no identity of data, no validation within an epoch, and no
 * memory by phase, and had one file of scores.
 */
function upgraded(value: Record<string, unknown>): Record<string, unknown> {
  const rows = Array.isArray(value.history) ? value.history.filter(isObject) : [];
  const history = Array.isArray(value.history)
    ? rows.map((row) => ({ distances: null, between: [], megabytes: null, ...row }))
    : value.history;
  const { best: old } = value;
  const best = isObject(old)
    ? { step: rows.find(({ epoch }) => epoch === old.epoch)?.step ?? 0, sha256: null, ...old }
    : old;
  const added = { fingerprint: value.id, data: null, error: null, skipped: [], probe: null };
  return { ...added, ...value, format: FORMAT, history, best, scores: [value.scores] };
}

/** What to do about a file that cannot be read. */
export const REPAIR = "Restore the file, or make the run anew with --fresh (fresh: true)";

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === "string";
const isTextOrNull = (value: unknown): boolean => value === null || isText(value);
const isNumber = (value: unknown): boolean => typeof value === "number";
const isLink = (value: unknown): boolean => isObject(value) && isText(value.file) && isText(value.sha256);
const isLinkOrNull = (value: unknown): boolean => value === null || isLink(value);

const FIELDS: readonly (readonly [path: string, kind: (value: unknown) => boolean, expected: string])[] = [
  ["id", (value) => isText(value) && /^[0-9a-f]{64}$/.test(value as string), "64 hexadecimal digits"],
  ["fingerprint", isText, "text"],
  ["data", isTextOrNull, "text or null"],
  ["experiment", (value) => isObject(value) && isText(value.name), "an object with a name"],
  ["environment", isObject, "an object"],
  [
    "status",
    (value) => ["running", "done", "stopped", "failed"].includes(value as string),
    '"running", "done", "stopped" or "failed"',
  ],
  ["error", isTextOrNull, "text or null"],
  ["started", (value) => isText(value) && !Number.isNaN(Date.parse(value as string)), "a date"],
  ["seconds", isNumber, "a number"],
  ["megabytes", isNumber, "a number"],
  ["history", Array.isArray, "a list"],
  ["skipped", Array.isArray, "a list"],
  ["unreadable", Array.isArray, "a list"],
  ["steps", (value) => value === undefined || Array.isArray(value), "a list, or nothing"],
  ["metrics", isObject, "an object"],
  ["scores", (value) => Array.isArray(value) && value.every(isLink), "a list of files and their hashes"],
  ["probe", isLinkOrNull, "a file and its hash, or null"],
  ["validation", isLinkOrNull, "a file and its hash, or null"],
  ["frozen", (value) => value === null || isObject(value), "an object or null"],
  ["best", (value) => value === null || isObject(value), "an object or null"],
];

/**
 * The value of a file's text.
 *
 * @throws {SyntaxError} when it is not JSON, naming the file
 */
export function readJson(text: string, file: string): unknown {
  try {
    return fromJson(text);
  } catch (error) {
    throw new SyntaxError(`Cannot read "${file}": it is not JSON (${(error as Error).message}). ${REPAIR}`, {
      cause: error,
    });
  }
}

/** The refusal of a file that lacks something, or has it in another form. */
export function noRecord(file: string, field: string, expected: string): TypeError {
  return new TypeError(`Cannot read "${file}": "${field}" is missing or wrong, expected ${expected}. ${REPAIR}`);
}
