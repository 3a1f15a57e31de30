import { join } from "node:path";
import type { Layout } from "../layouts/mod.ts";
import type { ValueTypes } from "../tables/parquet.ts";

/** Columns of an index: what is known of each sample's file, a row for each. */
export const indexColumns = {
  /** Of the sample. */
  id: "string",
  split: "string",
  label: "string",
  generator: "string or null",
  set: "string or null",
  source: "string",
  /** Bytes of the file, of a cell of a table the bytes in it; null: it is missing. */
  size: "whole or null",
  /** When the file was last written, in milliseconds since 1970; null where that is not known. */
  modified: "whole or null",
  /** Why no run can use it: "missing", or what it is instead of an image; null: nothing. */
  problem: "string or null",
  /** From here on as in `ImageHeader`, null where there is none; of a rectangle in a file its own width and height. */
  format: "string or null",
  width: "whole or null",
  height: "whole or null",
  bitDepth: "whole or null",
  channels: "whole or null",
  quality: "whole or null",
  progressive: "boolean or null",
  subsampling: "string or null",
  animated: "boolean or null",
  orientation: "whole or null",
  /** Of the file, and of a rectangle's place in it; null: it was not read. */
  sha256: "string or null",
  /** Of the sample's error map, as of its file above; null where it has none, or none is there. */
  mapSize: "whole or null",
  mapModified: "whole or null",
  mapSha256: "string or null",
} as const;

/** A row of an index. */
export type IndexRow = { readonly [Name in keyof typeof indexColumns]: ValueTypes[(typeof indexColumns)[Name]] };

/** Rows that are written, and read again, together: at 50,000 a million files took 660 MB, at 5,000 380. */
export const INDEX_GROUP = 5_000;

/** Where the index of a data set lies: beside the data. */
export function indexFile(data: string, { kind }: Layout, name: string | null = null): string {
  return join(data, `index-${kind}${name === null ? "" : `-${name}`}.parquet`);
}

/**
 * The indexes of a data set that lie beside it.
 *
 * @param data null, or a folder that is not there: none
 */
export async function indexFiles(data: string | null, { kind }: Pick<Layout, "kind">): Promise<string[]> {
  if (data === null) return [];
  const files: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(data)) {
      const [stem, named] = [name.slice(0, -".parquet".length), `index-${kind}`];
      if (isFile && name.endsWith(".parquet") && (stem === named || stem.startsWith(`${named}-`))) {
        files.push(join(data, name));
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files.sort();
}
