/** Any table as a file that other programs read: CSV, parquet or Arrow, by the file's ending. */
import { dirname } from "node:path";
import { meant } from "../definition/nearest.ts";
import type { ColumnTable } from "../report/table.ts";
import { writeAtomic } from "../runs/atomic.ts";
import type { Table, TableTypes, ValueTypes } from "../tables/columns.ts";

/** A format that tables are written in. */
export type TableFormat = "csv" | "parquet" | "arrow";

/** All of them. */
export const tableFormats: readonly TableFormat[] = ["csv", "parquet", "arrow"];

/** Rows as plain objects, whose keys are the columns. */
export type Rows = readonly Readonly<Record<string, unknown>>[];

/** How a table is written. */
export interface TableFileOptions {
  /** Left out: what the file's ending says. */
  readonly format?: TableFormat;
  /** Columns of numbers that are fractions even where all of them happen to be whole, by name. */
  readonly fractions?: (column: string) => boolean;
}

/**
 * Writes a table as CSV, parquet or Arrow. A column has one type: texts, whole numbers, numbers of 64 bits, or true and
 * false; whatever else it holds, or mixes, is written as JSON. A value that is missing is empty in CSV and null elsewhere.
 *
 * @param table a table as `compare` gives it, or rows
 * @param file ends in .csv, .parquet or .arrow, unless `format` says what it is to be
 * @throws {RangeError} for another ending, or a table without columns
 *
 * @example
 * ```ts
 * import { exportTable } from "./table_file.ts";
 *
 * const folder = await Deno.makeTempDir();
 * await exportTable([{ method: "dual", auc: 0.93 }, { method: "plain", auc: 0.9 }], `${folder}/auc.parquet`);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function exportTable(
  table: ColumnTable | Rows,
  file: string,
  { format, fractions = () => false }: TableFileOptions = {},
): Promise<void> {
  const kind = format ?? formatOf(file);
  const columns = columnsOf(table);
  if (Object.keys(columns).length === 0) {
    throw new RangeError(`Cannot write a table to "${file}": it has no columns, expected one or more`);
  }
  const { types, values } = typed(columns, fractions);
  await Deno.mkdir(dirname(file), { recursive: true });
  await writeAtomic(file, await contentOf(kind, types, values));
}

/** The format that a file's ending names; ".feather" and ".ipc" are other words for Arrow. */
function formatOf(file: string): TableFormat {
  const ending = /\.([^./\\]+)$/.exec(file)?.[1].toLowerCase() ?? "";
  if (ending === "feather" || ending === "ipc") return "arrow";
  const found = tableFormats.find((name) => name === ending);
  if (found !== undefined) return found;
  throw new RangeError(
    `Cannot write a table to "${file}": ending "${ending}", ${meant(ending, tableFormats, "formats")}. ` +
      "Or name the format",
  );
}

async function contentOf<T extends TableTypes>(
  format: TableFormat,
  types: T,
  values: Table<T>,
): Promise<Uint8Array | Iterable<Uint8Array>> {
  // each loaded when it is asked for: whoever writes CSV needs no library
  if (format === "parquet") return (await import("../tables/parquet.ts")).writeParquet(types, values);
  if (format === "arrow") return (await import("../tables/arrow.ts")).writeArrow(types, values);
  const { csvLines } = await import("../tables/csv.ts");
  const encoder = new TextEncoder();
  return csvLines(values as Record<string, unknown[]>).map((line) => encoder.encode(line));
}

function columnsOf(table: ColumnTable | Rows): Record<string, unknown[]> {
  if (!Array.isArray(table)) {
    const known = table as ColumnTable;
    return Object.fromEntries(known.columnNames().map((name) => [name, Array.from(known.array(name) as unknown[])]));
  }
  const rows = table as Rows;
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])]));
}

type Typed = { readonly types: TableTypes; readonly values: Table<TableTypes> };

function typed(columns: Readonly<Record<string, unknown[]>>, fractions: (column: string) => boolean): Typed {
  const types: Record<string, keyof ValueTypes> = {};
  const values: Record<string, unknown[]> = {};
  for (const [name, column] of Object.entries(columns)) {
    const plain = column.map((value) => value ?? null);
    const present = plain.filter((value) => value !== null);
    const type = typeOf(present, fractions(name));
    types[name] =
      (present.length < plain.length ? `${type ?? "string"} or null` : type ?? "string") as keyof ValueTypes;
    values[name] = type === null ? plain.map((value) => value === null ? null : textOf(value)) : plain;
  }
  return { types, values: values as unknown as Table<TableTypes> };
}

/** What all values are; null: not one thing that a column can be. */
function typeOf(values: readonly unknown[], isFraction: boolean): "string" | "whole" | "double" | "boolean" | null {
  if (values.length === 0) return isFraction ? "double" : null;
  if (values.every((value) => typeof value === "number")) {
    return !isFraction && values.every(Number.isSafeInteger) ? "whole" : "double";
  }
  if (values.every((value) => typeof value === "string")) return "string";
  return values.every((value) => typeof value === "boolean") ? "boolean" : null;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
}
