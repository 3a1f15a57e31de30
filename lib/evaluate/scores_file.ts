/** Scores of a detector that was not trained here, out of a CSV file. */
import { meant } from "../definition/nearest.ts";
import { type CsvRecord, csvRecords } from "../tables/csv.ts";
import type { ScoreColumns } from "../types.ts";

/** What a file of scores holds. */
export interface ForeignScores {
  /** Of test images. */
  readonly test: ScoreColumns;
  /** Of validation images, on which a threshold can be frozen; null: the file has none. */
  readonly validation: ScoreColumns | null;
}

/** Columns that a file of scores may have; `generator` is another word for `set`. */
const COLUMNS = ["id", "label", "score", "set", "generator", "source", "split"] as const;

/** Those that it must have. */
const NEEDED = ["id", "label", "score"] as const;

type Name = typeof COLUMNS[number];

/**
 * Reads scores: columns `id` (a name for the image), `label` (real or fake, 0 or 1) and `score` (probability of fake), in
 * any order; `set` or `generator`, the test set of a row, empty where it belongs to all; `source`, the photograph it comes
 * from, without which every image is its own; `split`, test or validation.
 *
 * @param file its name, for messages
 * @throws {TypeError} when a column is missing, unknown or there twice
 * @throws {RangeError} when a cell is not what its column holds, or an image is there twice in a set; names the line
 */
export function readScores(text: string, { file }: { readonly file: string }): ForeignScores {
  const first = readRows(text, { file, exact: false });
  return first ?? readRows(text, { file, exact: true })!;
}

/** How to read rows. */
interface Reading {
  readonly file: string;
  /** Whether to name an image that is there twice; without it only a suspicion is told, by null, at a third of the time. */
  readonly exact: boolean;
}

function readRows(text: string, { file, exact }: Reading): ForeignScores | null {
  const records = csvRecords(text);
  const places = placesOf(records.next().value as CsvRecord | undefined, file);
  const test = emptyColumns(), validation = emptyColumns();
  const at = (name: Name): number => places.get(name) ?? -1;
  const [id, label, score, source, split] = [at("id"), at("label"), at("score"), at("source"), at("split")];
  const set = Math.max(at("set"), at("generator"));
  const names = new Map<string, string>(); // one string for each set, not one for each row
  const seen = exact ? new Set<string>() : null;
  const hashes: number[] = [];
  for (const { line, cells } of records) {
    const problem = problemOf(cells, { width: places.size, id, label, score, split });
    if (problem !== null) throw new RangeError(`Cannot read scores of "${file}", line ${line}: ${problem}`);
    const isTest = split < 0 || cells[split] !== "validation";
    const columns = isTest ? test : validation;
    const name = set < 0 || cells[set] === "" ? null : names.get(cells[set]) ?? cells[set];
    if (name !== null) names.set(name, name);
    const own = `${isTest ? "" : "validation "}${name ?? ""}\n${cells[id]}`;
    if (seen === null) hashes.push(hash(own));
    else if (seen.has(own)) {
      const where = name === null ? "" : `, in "${name}" too`;
      throw new RangeError(
        `Cannot read scores of "${file}", line ${line}: "${cells[id]}" was scored in a line before${where}, ` +
          "expected one score each",
      );
    } else seen.add(own);
    const value = LABELS.get(cells[label])!;
    columns.id.push(cells[id]);
    columns.source.push(source < 0 || cells[source] === "" ? cells[id] : cells[source]);
    columns.generator.push(value === 1 ? name : null);
    columns.set.push(name);
    columns.corruption.push(null);
    columns.label.push(value);
    columns.score.push(Number(cells[score]));
  }
  if (test.id.length === 0) {
    throw new RangeError(
      `Cannot read scores of "${file}": found no row of the test split, expected one for each image`,
    );
  }
  if (seen === null && hasTwice(Float64Array.from(hashes))) return null;
  return { test, validation: validation.id.length === 0 ? null : validation };
}

/** Words for labels. */
const LABELS: ReadonlyMap<string, 0 | 1> = new Map([["real", 0], ["0", 0], ["fake", 1], ["1", 1]]);

interface Widths extends Readonly<Record<"id" | "label" | "score" | "split", number>> {
  /** How many cells there are. */
  readonly width: number;
}

/** What is wrong with a row; null: nothing. */
function problemOf(cells: readonly string[], { width, id, label, score, split }: Widths): string | null {
  if (cells.length !== width) return `found ${cells.length} cells, expected ${width} as in the first line`;
  if (cells[id] === "") return "the id is empty, expected a name for the image";
  if (!LABELS.has(cells[label])) {
    return `the label is "${cells[label]}", expected real or fake, or 0 (real) or 1 (fake)`;
  }
  const value = Number(cells[score]);
  if (!(value >= 0 && value <= 1) || cells[score].trim() === "") {
    return `the score is "${cells[score]}", expected a probability of fake (0…1); ` +
      "write a log-odds x as 1 / (1 + exp(−x))";
  }
  if (split < 0 || cells[split] === "test" || cells[split] === "validation" || cells[split] === "") return null;
  return `the split is "${cells[split]}", ${meant(cells[split], ["test", "validation"], "splits")}`;
}

/** 53 bits of a text, by two hashes as FNV-1a. */
function hash(text: string): number {
  let a = 0x811c9dc5, b = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b);
  }
  return (a >>> 0) * 2 ** 21 + (b >>> 11);
}

/** Whether a number is there twice. */
function hasTwice(numbers: Float64Array): boolean {
  const sorted = numbers.sort();
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) return true;
  return false;
}

/** Where each column stands. */
function placesOf(first: CsvRecord | undefined, file: string): ReadonlyMap<Name, number> {
  const names = (first?.cells ?? []).map((cell) => cell.trim());
  const place = new Map<Name, number>();
  for (const [i, name] of names.entries()) {
    const known = COLUMNS.find((column) => column === name);
    if (known === undefined) {
      throw new TypeError(
        `Cannot read scores of "${file}": unknown column "${name}", ${meant(name, COLUMNS, "columns")}`,
      );
    }
    if (place.has(known)) throw new TypeError(`Cannot read scores of "${file}": column "${name}" is there twice`);
    place.set(known, i);
  }
  const missing = NEEDED.filter((name) => !place.has(name));
  if (missing.length > 0) {
    throw new TypeError(
      `Cannot read scores of "${file}": its first line has no column ${missing.join(" and none ")}, ` +
        `expected "id,label,score", where set or generator, source and split may stand beside them`,
    );
  }
  if (place.has("set") && place.has("generator")) {
    throw new TypeError(`Cannot read scores of "${file}": found columns "set" and "generator", expected one of them`);
  }
  return place;
}

/** Columns that still grow. */
type Growing = { readonly [Name in keyof ScoreColumns]: ScoreColumns[Name][number][] };

function emptyColumns(): Growing {
  return { id: [], source: [], generator: [], set: [], corruption: [], label: [], score: [] };
}

/**
 * Scores in the rows of another detector's: the same images in the same test sets, with that one's sources. An image is
 * found by id and test set, and by its id alone where these scores name no sets.
 *
 * @param names of both, for messages
 * @throws {RangeError} when an image is missing on either side, or has another label
 */
export function inRowsOf(
  scores: ScoreColumns,
  other: ScoreColumns,
  { name, against }: { readonly name: string; readonly against: string },
): ScoreColumns {
  const named = scores.set.some((set) => set !== null);
  const key = (columns: ScoreColumns, row: number): string =>
    named && columns.set[row] !== null ? `${columns.set[row]}\n${columns.id[row]}` : columns.id[row];
  const rows = new Map(scores.id.map((_, row) => [key(scores, row), row]));
  const kept: number[] = [];
  const found: number[] = [];
  const used = new Set<number>();
  for (let row = 0; row < other.id.length; row++) {
    if (other.corruption[row] !== null) continue;
    const own = rows.get(key(other, row));
    const refuse = (what: string): RangeError => new RangeError(`Cannot set "${name}" beside "${against}": ${what}`);
    if (own === undefined) {
      const set = other.set[row] === null ? "" : ` of "${other.set[row]}"`;
      throw refuse(`it has no score of "${other.id[row]}"${set}; both need the same images under the same ids`);
    }
    if (scores.label[own] !== other.label[row]) {
      const say = (label: number): string => label === 1 ? "fake" : "real";
      throw refuse(`"${other.id[row]}" is ${say(scores.label[own])} in one and ${say(other.label[row])} in the other`);
    }
    used.add(own);
    kept.push(row);
    found.push(own);
  }
  if (used.size < scores.id.length) {
    const row = scores.id.findIndex((_, row) => !used.has(row));
    throw new RangeError(
      `Cannot set "${name}" beside "${against}": the latter has no score of "${scores.id[row]}", nor of ` +
        `${scores.id.length - used.size - 1} others; both need the same images under the same ids`,
    );
  }
  const columns = Object.entries(other).map(([name, column]) => [name, kept.map((row) => column[row])]);
  return { ...Object.fromEntries(columns), score: found.map((row) => scores.score[row]) } as ScoreColumns;
}
