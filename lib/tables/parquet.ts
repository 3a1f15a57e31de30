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

/** What the values of a column may be: what it is called here, and in memory. */
export interface ValueTypes {
  /** UTF-8. */
  readonly "string": string;
  readonly "string or null": string | null;
  /** 64 bits; infinities and NaN as well. */
  readonly "double": number;
  /** Whole, of 64 bits in the file and at most 2⁵³ − 1 in size. */
  readonly "whole": number;
  readonly "whole or null": number | null;
  readonly "boolean or null": boolean | null;
}

/** Names and types of a table's columns, in the order of the file. */
export type TableTypes = Readonly<Record<string, keyof ValueTypes>>;

/** Columns of equal length. */
export type Table<T extends TableTypes> = { readonly [Name in keyof T]: readonly ValueTypes[T[Name]][] };

/** Each type's name in the file, and what tells its values from others. */
const TYPES: Readonly<
  Record<keyof ValueTypes, Pick<ColumnSource, "type" | "nullable"> & { readonly holds: (value: unknown) => boolean }>
> = {
  "string": { type: "STRING", nullable: false, holds: (value) => typeof value === "string" },
  "string or null": { type: "STRING", nullable: true, holds: (value) => value === null || typeof value === "string" },
  "double": { type: "DOUBLE", nullable: false, holds: (value) => typeof value === "number" },
  "whole": { type: "INT64", nullable: false, holds: Number.isSafeInteger },
  "whole or null": { type: "INT64", nullable: true, holds: (value) => value === null || Number.isSafeInteger(value) },
  "boolean or null": {
    type: "BOOLEAN",
    nullable: true,
    holds: (value) => value === null || typeof value === "boolean",
  },
};

/** Rows that stand together: a reader of one column needs the memory of so many. */
const GROUP = 100_000;

/**
 * The bytes of a parquet file with these columns, compressed with Snappy. The same values give the same bytes.
 *
 * @throws {RangeError} when columns differ in length
 * @throws {TypeError} when a value is not of its column's type; names column and row
 */
export function writeParquet<T extends TableTypes>(types: T, table: Table<T>): Uint8Array<ArrayBuffer> {
  const names = Object.keys(types);
  const columnData = names.map((name): ColumnSource => {
    const { holds, type, nullable } = TYPES[types[name]];
    const values = table[name] as readonly unknown[];
    if (values.length !== table[names[0]].length) {
      throw new RangeError(
        `Cannot write a table: column "${name}" has ${values.length} rows, expected ${table[names[0]].length} ` +
          `as "${names[0]}" has`,
      );
    }
    const wrong = values.findIndex((value) => !holds(value));
    if (wrong >= 0) {
      throw new TypeError(
        `Cannot write a table: row ${wrong} of column "${name}" is ${values[wrong]}, expected ${types[name]}`,
      );
    }
    return {
      name,
      type,
      nullable,
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
      if (!table[name].every(TYPES[types[name]].holds)) throw unlike(file, { name, type: types[name], there });
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
