/** Tables in Apache Parquet, the columnar format that pyarrow, pandas, DuckDB and R read. */
import { type AsyncBuffer, type DecodedArray, parquetScan, parquetSchema, type SchemaElement } from "hyparquet";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";

/** What the values of a column may be: what it is called here, and in memory. */
export interface ValueTypes {
  /** UTF-8. */
  readonly "string": string;
  readonly "string or null": string | null;
  /** 64 bits; infinities and NaN as well. */
  readonly "double": number;
  /** Whole, of 64 bits in the file and at most 2⁵³ − 1 in size. */
  readonly "whole": number;
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
      data: (type === "INT64" ? (values as number[]).map(BigInt) : values) as DecodedArray,
    };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: GROUP }));
}

/**
 * Columns of a parquet file; others that it has are passed over. To be called on bytes whose hash is known to be right:
 * a flipped bit inside a page may not show, and some in the heads of pages keep hyparquet 1.31.5 busy for ever.
 *
 * @param source `file`, its name for errors; `types` of the columns to read
 * @throws {SyntaxError} when it is no parquet file, is cut off, or what it says of itself is damaged
 * @throws {TypeError} when it lacks a column, or has one of another type; all name the file
 */
export async function readParquet<T extends TableTypes>(
  bytes: Uint8Array<ArrayBuffer>,
  { file, types }: { readonly file: string; readonly types: T },
): Promise<Table<T>> {
  const { columns, metadata } = await decoded(bytes, Object.keys(types)).catch((error) => {
    throw new SyntaxError(`Cannot read "${file}": it is no parquet file, or a damaged one (${error.message})`, {
      cause: error,
    });
  });
  for (const name of Object.keys(types)) {
    const { holds } = TYPES[types[name]];
    const values = columns[name];
    if (values === undefined || !values.every(holds)) {
      const found = metadata.map(({ name, type, repetition_type }) => `${name} (${repetition_type} ${type})`);
      throw new TypeError(
        `Cannot read "${file}": it has no column "${name}" of type ${types[name]}, its columns are ${found.join(", ")}`,
      );
    }
  }
  return columns as Table<T>;
}

/** Columns by name, as far as the file has them, and what it says of all it has. */
async function decoded(
  bytes: Uint8Array<ArrayBuffer>,
  names: readonly string[],
): Promise<{ columns: Record<string, unknown[]>; metadata: SchemaElement[] }> {
  const file: AsyncBuffer = {
    byteLength: bytes.length,
    slice: (from, to) => bytes.slice(from, to).buffer,
  };
  const { metadata, ranges, readColumn } = await parquetScan({ file });
  const there = parquetSchema(metadata).children.map(({ element }) => element);
  const columns: Record<string, unknown[]> = {};
  for (const name of names.filter((name) => there.some((element) => element.name === name))) {
    const values: unknown[] = [];
    for (const range of ranges) {
      const part = await readColumn({ column: name, ...range });
      if (part.length !== range.rowEnd - range.rowStart) {
        throw new RangeError(`column "${name}" has ${part.length} of ${range.rowEnd - range.rowStart} rows`);
      }
      addAll(values, part);
    }
    columns[name] = values;
  }
  return { columns, metadata: there };
}

/** Whole numbers of 64 bits come as bigints. */
function addAll(values: unknown[], part: DecodedArray): void {
  for (let i = 0; i < part.length; i++) values.push(typeof part[i] === "bigint" ? Number(part[i]) : part[i]);
}
