import { type ColumnChunk, parquetMetadataAsync, type RowGroup } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { openBuffer } from "./buffer.ts";

/** Every parquet file begins and ends with "PAR1". */
const MAGIC = new TextEncoder().encode("PAR1");

/**
 * Joins parquet files of the same columns, as `writeParquet` writes them, into the bytes of one that holds their row
 * groups in turn: nothing is decoded, and no more than the longest of them is in memory. Statistics stay, page indexes
 * do not.
 *
 * @param paths of at least one file
 * @returns pieces, to be written one after the other
 * @throws {TypeError} when a file has other columns than the first
 */
export async function* joinParquet(paths: readonly string[]): AsyncGenerator<Uint8Array, void> {
  const groups: RowGroup[] = [];
  let schema: string | null = null;
  let written = MAGIC.length;
  let last: Awaited<ReturnType<typeof parquetMetadataAsync>> | null = null;
  yield MAGIC;
  for (const path of paths) {
    using file = await openBuffer(path, (await Deno.stat(path)).size);
    const metadata = last = await parquetMetadataAsync(file);
    const columns = JSON.stringify(metadata.schema);
    if (schema !== null && columns !== schema) {
      throw new TypeError(
        `Cannot join "${path}" to "${paths[0]}": it has other columns. Expected the same in each file`,
      );
    }
    schema = columns;
    const end = Math.max(MAGIC.length, ...metadata.row_groups.flatMap(({ columns }) => columns.map(endOf)));
    const bytes = new Uint8Array(await file.slice(MAGIC.length, end));
    groups.push(...metadata.row_groups.map((group) => moved(group, BigInt(written - MAGIC.length))));
    written += bytes.length;
    yield bytes;
  }
  if (last === null) throw new RangeError("Cannot join no files: expected one or more");
  const writer = new ByteWriter();
  const footer = new ParquetWriter({ writer, schema: last.schema, createdBy: last.created_by });
  footer.row_groups = groups;
  footer.num_rows = groups.reduce((rows, { num_rows }) => rows + num_rows, 0n);
  await footer.finish();
  yield writer.getBytes().subarray(MAGIC.length); // it begins a file
}

function endOf({ meta_data }: ColumnChunk): number {
  const { dictionary_page_offset, data_page_offset, total_compressed_size } = meta_data!;
  return Number((dictionary_page_offset ?? data_page_offset) + total_compressed_size);
}

/** The same group, further on in another file. */
function moved(group: RowGroup, by: bigint): RowGroup {
  return { ...group, columns: group.columns.map((column) => movedColumn(column, by)) };
}

function movedColumn({ file_offset, meta_data }: ColumnChunk, by: bigint): ColumnChunk {
  const { data_page_offset, dictionary_page_offset, ...rest } = meta_data!;
  return {
    file_offset: file_offset === 0n ? 0n : file_offset + by,
    meta_data: {
      ...rest,
      data_page_offset: data_page_offset + by,
      ...dictionary_page_offset === undefined ? {} : { dictionary_page_offset: dictionary_page_offset + by },
    },
  };
}
