/** What indexes beside the data tell of files, so that these need not be opened. */
import { indexColumns, indexFiles } from "../data/index_rows.ts";
import type { ImageFormat, ImageHeader } from "../image/header.ts";
import { innermost } from "../layouts/mod.ts";
import { parseCell } from "../tables/cell_name.ts";
import { readGroups, type Table } from "../tables/parquet.ts";
import type { Source } from "./listing.ts";
import { emptyRows, rowKey } from "./rows.ts";

/** What an index tells of a file. */
export interface Indexed {
  /** As it lies on the disk. */
  readonly header: ImageHeader;
  /** {@linkcode contentNumber} of its hash; NaN: it was not hashed. */
  readonly content: number;
}

/** Looks an image up, by its id and its file or cell; null where no index knows it as it is now. */
export type FindIndexed = (id: string, file: string) => Promise<Indexed | null>;

const { id, size, modified, problem, format, width, height, bitDepth, channels, quality } = indexColumns;
const { progressive, subsampling, animated, orientation, sha256 } = indexColumns;
const columns = {
  ...{ id, size, modified, problem, format, width, height, bitDepth, channels, quality },
  ...{ progressive, subsampling, animated, orientation, sha256 },
} as const;

/**
 * Reads the indexes of some data sets: 32 to 40 bytes of memory for each file.
 *
 * @param options `tell` learns of an index that cannot be read, which is passed over
 * @returns null where there is none
 */
export async function readIndexes(
  sources: readonly Source[],
  { data, tell, signal }: {
    readonly data: string | null;
    readonly tell?: (what: string) => void;
    readonly signal?: AbortSignal;
  },
): Promise<FindIndexed | null> {
  const kinds = [...new Set(sources.map(({ layout }) => innermost(layout).kind))];
  const files = (await Promise.all(kinds.map((kind) => indexFiles(data, { kind })))).flat();
  if (files.length === 0) return null;
  const distinct: ImageHeader[] = [];
  const places = new Map<string, number>();
  const rows = emptyRows(4); // place of the header, two halves of the content, size modulo 2³²
  const content = new Float64Array(1);
  const halves = new Uint32Array(content.buffer);
  for (const file of files) {
    try {
      for await (const table of readGroups(file, columns)) {
        signal?.throwIfAborted();
        for (const i of table.id.keys()) {
          if (table.problem[i] !== null) continue;
          const header = headerAt(table, i);
          const name = Object.values(header).join(" ");
          const place = places.get(name) ?? distinct.push(header) - 1;
          places.set(name, place);
          content[0] = table.sha256[i] === null ? NaN : contentNumber(table.sha256[i]);
          rows.add(rowKey(`${table.id[i]} ${table.modified[i]}`), [place, ...halves, (table.size[i] ?? 0) >>> 0]);
        }
      }
    } catch (error) {
      const damaged = error instanceof SyntaxError || error instanceof TypeError;
      if (!damaged) throw error;
      tell?.(`${error.message}. Files are read instead; make the index again with: deno task data index ${data}`);
    }
  }
  return async (id, file) => {
    const cell = parseCell(file);
    const { size, mtime } = await Deno.stat(cell?.path ?? file);
    const row = rows.find(rowKey(`${id} ${mtime?.getTime() ?? null}`));
    // of a cell the size is that of its bytes, of which its file does not tell
    if (row === null || cell === null && row[3] !== size >>> 0) return null;
    const own = new Float64Array(1);
    new Uint32Array(own.buffer).set(row.subarray(1, 3));
    return { header: distinct[row[0]], content: own[0] };
  };
}

function headerAt(table: Table<typeof columns>, i: number): ImageHeader {
  return {
    format: table.format[i] as ImageFormat,
    width: table.width[i]!,
    height: table.height[i]!,
    bitDepth: table.bitDepth[i]!,
    channels: table.channels[i]!,
    quality: table.quality[i],
    progressive: table.progressive[i],
    subsampling: table.subsampling[i],
    animated: table.animated[i]!,
    orientation: table.orientation[i] as ImageHeader["orientation"],
  };
}

/** 53 bits of a SHA-256 in hexadecimal digits. */
export function contentNumber(sha256: string): number {
  return parseInt(sha256.slice(0, 12), 16) * 32 + (parseInt(sha256.slice(12, 14), 16) >> 3);
}
