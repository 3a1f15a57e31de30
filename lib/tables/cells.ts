/** Single rows and cells of parquet files that are too large to be read whole, as those that hold images. */
import {
  type AsyncBuffer,
  type ColumnChunk,
  type ColumnMetaData,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  type RowGroup,
  type SchemaElement,
} from "hyparquet";
import { openBuffer } from "./buffer.ts";
import { codecs } from "./codecs.ts";
import { keptWithin } from "./kept.ts";
import { offsetIndexBytes, type PagePlace, pagesOf } from "./page_places.ts";

/** A row by column; what is not there is null. Bytes that are no text stay bytes. */
export type Row = Readonly<Record<string, unknown>>;

/** A file whose end has been read, which says where its columns stand. */
interface Opened {
  readonly stamp: string;
  readonly size: number;
  readonly metadata: Promise<FileMetaData>;
  /** Where the pages of a column chunk stand, by the place of the chunk. */
  readonly pages: Map<number, Promise<readonly PagePlace[]>>;
}

/** Files whose ends are remembered; the one unused for longest goes first. */
const REMEMBERED = 64;

const opened = new Map<string, Opened>();

/** Pages that were read last, in at most 64 MB: rows beside each other are often asked for one after the other. */
const keptPages = keptWithin<ArrayLike<unknown>>(64e6, (values) => {
  let bytes = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as Uint8Array | { readonly bytes?: Uint8Array } | null;
    bytes += (value instanceof Uint8Array ? value : value?.bytes)?.length ?? 0;
  }
  return bytes;
});

/**
 * How many rows a parquet file has; reads its end alone.
 *
 * @throws {Deno.errors.NotFound} when there is no such file
 * @throws {SyntaxError} when it is no parquet file, or its end is damaged
 */
export async function rowCount(path: string): Promise<number> {
  const { metadata } = await open(path);
  return Number((await metadata).num_rows);
}

/**
 * Rows of a parquet file in their order, a row group in memory at a time.
 *
 * @param columns which to read; one that the file lacks is null in every row
 * @throws as {@linkcode rowCount}
 */
export async function* readRows(path: string, columns: readonly string[]): AsyncGenerator<Row> {
  const file = await open(path);
  const metadata = await file.metadata;
  const there = columns.filter((name) => namesOf(metadata).includes(name));
  let start = 0;
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    using source = await openBuffer(path, file.size);
    const values = await damagedAt(path, async () => {
      const { readColumn } = await parquetScan({
        ...{ file: source, metadata, columns: there },
        ...{ compressors: codecs, utf8: false },
      });
      const read: [string, ArrayLike<unknown>][] = [];
      for (const column of there) read.push([column, await readColumn({ column, rowStart: start, rowEnd: end })]);
      return new Map(read);
    });
    for (let i = 0; i < end - start; i++) {
      yield Object.fromEntries(columns.map((name) => [name, values.get(name)?.[i] ?? null]));
    }
    start = end;
  }
}

/**
 * The bytes in one cell of a parquet file: those of a column of bytes, or of `bytes` where the column is a structure
 * that has them, as Hugging Face's images are. Only the page that holds the row is read, and once for each column of a
 * row group the heads of its pages; the page is kept for a while, for the rows beside it.
 *
 * @returns bytes that the caller owns; null where the cell is empty
 * @throws {Deno.errors.NotFound} when there is no such file
 * @throws {RangeError} when it has no such row
 * @throws {TypeError} when it has no such column, or one that holds no bytes
 * @throws {SyntaxError} when it is no parquet file, or a damaged one
 */
export async function readCell(
  path: string,
  { row, column }: { readonly row: number; readonly column: string },
): Promise<Uint8Array<ArrayBuffer> | null> {
  const file = await open(path);
  const metadata = await file.metadata;
  const leaf = leafOf(metadata, column);
  if (leaf === null) {
    throw new TypeError(
      `Cannot read "${path}#${row}/${column}": no such column of bytes, its columns are ${
        namesOf(metadata).join(", ")
      }`,
    );
  }
  if (row >= Number(metadata.num_rows)) {
    throw new RangeError(`Cannot read "${path}#${row}/${column}": it has ${metadata.num_rows} rows, counted from 0`);
  }
  const { group, start } = groupOf(metadata, row);
  const chunk = group.columns.find(({ meta_data }) => meta_data?.path_in_schema.join(".") === leaf.path.join("."));
  const value = await damagedAt(path, async () => {
    if (chunk?.meta_data === undefined) throw new RangeError(`a row group lacks "${column}"`);
    const pages = await knownPages(path, file, chunk.meta_data);
    const at = pages.findLastIndex(({ firstRow }) => start + firstRow <= row);
    const values = await keptPages.get(`${path} ${file.stamp} ${pages[at].offset}`, async () => {
      using source = await openBuffer(path, file.size);
      return await readPage(source, { metadata, leaf, group, chunk, pages, at });
    });
    return values[row - start - pages[at].firstRow];
  });
  const bytes = value !== null && typeof value === "object" && "bytes" in value ? value.bytes : value;
  if (bytes === null || bytes === undefined) return null;
  if (bytes instanceof Uint8Array) return Uint8Array.from(bytes);
  throw new TypeError(`Cannot read "${path}#${row}/${column}": the column holds ${typeof bytes}s, expected bytes`);
}

/** The way through the schema to the bytes of a column, null where it has none. */
interface Leaf {
  readonly path: readonly string[];
  readonly schema: readonly SchemaElement[];
}

function leafOf(metadata: FileMetaData, column: string): Leaf | null {
  const root = parquetSchema(metadata);
  const top = root.children.find(({ element }) => element.name === column);
  const leaf = top === undefined || top.children.length === 0
    ? top
    : top.children.find(({ element }) => element.name === "bytes");
  if (top === undefined || leaf === undefined || leaf.children.length > 0) return null;
  const above = { ...root.element, num_children: 1 };
  return top === leaf
    ? { path: [column], schema: [above, top.element] }
    : { path: [column, "bytes"], schema: [above, { ...top.element, num_children: 1 }, leaf.element] };
}

function groupOf(metadata: FileMetaData, row: number): { group: RowGroup; start: number } {
  let start = 0;
  for (const group of metadata.row_groups) {
    if (row < start + Number(group.num_rows)) return { group, start };
    start += Number(group.num_rows);
  }
  throw new SyntaxError("its row groups hold fewer rows than it says");
}

/**
 * The values of one page. hyparquet reads single pages of a file that has an index of them, which most files of images
 * lack; so it is given a file of one column of one row group, with an index behind its end.
 */
async function readPage(
  source: AsyncBuffer,
  { metadata, leaf, group, chunk, pages, at }: {
    metadata: FileMetaData;
    leaf: Leaf;
    group: RowGroup;
    chunk: ColumnChunk;
    pages: readonly PagePlace[];
    at: number;
  },
): Promise<ArrayLike<unknown>> {
  const index = offsetIndexBytes(pages);
  const meta = { ...chunk.meta_data! };
  if (!pages[at].dictionary) { // or it would be read and unpacked for nothing
    meta.dictionary_page_offset = undefined;
    meta.data_page_offset = BigInt(pages[0].offset);
  }
  const narrow: ColumnChunk = {
    ...chunk,
    meta_data: meta,
    offset_index_offset: BigInt(source.byteLength),
    offset_index_length: index.length,
  };
  const { readColumn } = await parquetScan({
    metadata: {
      ...metadata,
      schema: [...leaf.schema],
      num_rows: group.num_rows,
      row_groups: [{ ...group, columns: [narrow] }],
    },
    file: {
      byteLength: source.byteLength + index.length,
      slice: (from, to) => from === source.byteLength ? index.buffer : source.slice(from, to),
    },
    compressors: codecs,
    utf8: false,
  });
  const rowEnd = pages[at + 1]?.firstRow ?? Number(group.num_rows);
  return await readColumn({ column: leaf.path[0], rowStart: pages[at].firstRow, rowEnd });
}

async function knownPages(path: string, file: Opened, chunk: ColumnMetaData): Promise<readonly PagePlace[]> {
  const key = Number(chunk.data_page_offset);
  let pages = file.pages.get(key);
  if (pages === undefined) {
    pages = (async () => {
      using source = await openBuffer(path, file.size);
      return await pagesOf(source, chunk);
    })();
    file.pages.set(key, pages);
    pages.catch(() => file.pages.delete(key));
  }
  return await pages;
}

async function open(path: string): Promise<Opened> {
  const { mtime, size } = await Deno.stat(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`Cannot read the table "${path}": there is no such file`, { cause: error });
  });
  const stamp = `${mtime?.getTime()} ${size}`;
  let file = opened.get(path);
  if (file?.stamp !== stamp) {
    file = { stamp, size, metadata: readEnd(path, size), pages: new Map() };
    file.metadata.catch(() => opened.delete(path));
  }
  opened.delete(path);
  opened.set(path, file); // the most recently used stands last
  for (const other of opened.keys()) {
    if (opened.size <= REMEMBERED) break;
    opened.delete(other);
  }
  return file;
}

async function readEnd(path: string, size: number): Promise<FileMetaData> {
  using source = await openBuffer(path, size);
  return await damagedAt(path, () => parquetMetadataAsync(source, { initialFetchSize: 1 << 16 }));
}

function namesOf(metadata: FileMetaData): string[] {
  return parquetSchema(metadata).children.map(({ element }) => element.name);
}

/** What befalls inside a parquet file is told with its name. */
async function damagedAt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new SyntaxError(
      `Cannot read "${path}": it is no parquet file, or a damaged one (${(error as Error).message})`,
      { cause: error },
    );
  }
}
