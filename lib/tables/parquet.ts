/** Tables in Apache Parquet, the columnar format that pyarrow, pandas, DuckDB and R read. */
import {
  type AsyncBuffer,
  type DecodedArray,
  type ParquetScan,
  parquetScan,
  parquetSchema,
  type SchemaElement,
} from "hyparquet";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { openBuffer } from "./buffer.ts";
import { checkTable, holds, isNullable, type Table, type TableTypes, type ValueTypes } from "./columns.ts";

export type { Table, TableTypes, ValueTypes } from "./columns.ts";

/** Each type's name in the file. */
const TYPES: Readonly<Record<keyof ValueTypes, ColumnSource["type"]>> = {
  "string": "STRING",
  "string or null": "STRING",
  "double": "DOUBLE",
  "double or null": "DOUBLE",
  "whole": "INT64",
  "whole or null": "INT64",
  "boolean": "BOOLEAN",
  "boolean or null": "BOOLEAN",
};

/** Rows that stand together: a reader of one column needs the memory of so many. */
const GROUP = 100_000;

/**
 * The bytes of a parquet file with these columns, compressed with Snappy. The same values give the same bytes.
 *
 * @throws as {@linkcode checkTable}
 */
export function writeParquet<T extends TableTypes>(types: T, table: Table<T>): Uint8Array<ArrayBuffer> {
  checkTable(types, table);
  const columnData = Object.keys(types).map((name): ColumnSource => {
    const values = table[name] as readonly unknown[];
    const type = TYPES[types[name]];
    return {
      ...{ name, type, nullable: isNullable(types[name]) },
      data: (type === "INT64" ? (values as (number | null)[]).map(wide) : values) as DecodedArray,
    };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: GROUP }));
}

function wide(value: number | null): bigint | null {
  return value === null ? null : BigInt(value);
}

/** What of a file to read: its name for errors, and types of the columns. */
interface Wanted<T extends TableTypes> {
  readonly file: string;
  readonly types: T;
}

/**
 * Columns of a parquet file; others that it has are passed over. To be called on bytes whose hash is known to be right:
 * a flipped bit inside a page may not show, and some in the heads of pages keep hyparquet 1.31.5 busy for ever.
 *
 * @param wanted `file`, its name for errors; `types` of the columns to read
 * @throws {SyntaxError} when it is no parquet file, is cut off, or what it says of itself is damaged
 * @throws {TypeError} when it lacks a column, or has one of another type; all name the file
 */
export async function readParquet<T extends TableTypes>(
  bytes: Uint8Array<ArrayBuffer>,
  wanted: Wanted<T>,
): Promise<Table<T>> {
  const file: AsyncBuffer = {
    byteLength: bytes.length,
    slice: (from, to) => bytes.slice(from, to).buffer,
  };
  const whole = Object.fromEntries(Object.keys(wanted.types).map((name): [string, unknown[]] => [name, []]));
  for await (const table of groupsOf(file, wanted)) {
    for (const [name, values] of Object.entries(whole)) addAll(values, table[name]);
  }
  return whole as unknown as Table<T>;
}

/**
 * The same of a file on the disk, one row group after the other: the memory of one group, however long the file is.
 *
 * @throws {Deno.errors.NotFound} when there is no such file; otherwise as {@linkcode readParquet}
 */
export async function* readGroups<T extends TableTypes>(path: string, types: T): AsyncGenerator<Table<T>, void> {
  using file = await openBuffer(path, (await Deno.stat(path)).size);
  yield* groupsOf(file, { file: path, types });
}

async function* groupsOf<T extends TableTypes>(
  buffer: AsyncBuffer,
  { file, types }: Wanted<T>,
): AsyncGenerator<Table<T>, void> {
  const names = Object.keys(types);
  const damaged = (error: Error): never => {
    throw new SyntaxError(`Cannot read "${file}": it is no parquet file, or a damaged one (${error.message})`, {
      cause: error,
    });
  };
  const scan = await parquetScan({ file: buffer }).catch(damaged);
  const there = parquetSchema(scan.metadata).children.map(({ element }) => element);
  for (const name of names) {
    if (!there.some((element) => element.name === name)) throw unlike(file, { name, type: types[name], there });
  }
  for (const range of scan.ranges) {
    const table = await readRange(scan, names, range).catch(damaged);
    for (const name of names) {
      if (!table[name].every(holds[types[name]])) throw unlike(file, { name, type: types[name], there });
    }
    yield table as unknown as Table<T>;
  }
}

function unlike(
  file: string,
  { name, type, there }: { readonly name: string; readonly type: string; readonly there: readonly SchemaElement[] },
): TypeError {
  const found = there.map(({ name, type, repetition_type }) => `${name} (${repetition_type} ${type})`);
  return new TypeError(
    `Cannot read "${file}": it has no column "${name}" of type ${type}, its columns are ${found.join(", ")}`,
  );
}

async function readRange(
  { readColumn }: ParquetScan,
  names: readonly string[],
  { rowStart, rowEnd }: ParquetScan["ranges"][number],
): Promise<Record<string, unknown[]>> {
  const columns: Record<string, unknown[]> = {};
  for (const name of names) {
    const part = await readColumn({ column: name, rowStart, rowEnd });
    if (part.length !== rowEnd - rowStart) {
      throw new RangeError(`column "${name}" has ${part.length} of ${rowEnd - rowStart} rows`);
    }
    // whole numbers of 64 bits come as bigints
    columns[name] = Array.from(part, (value) => typeof value === "bigint" ? Number(value) : value);
  }
  return columns;
}

/** A spread of so many arguments would overflow the stack. */
function addAll(values: unknown[], part: readonly unknown[]): void {
  for (const value of part) values.push(value);
}
