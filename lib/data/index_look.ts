/** What an index tells of the files behind a sample: its image, and its error map where it has one. */
import { createHash } from "node:crypto";
import { parseFragment } from "../image/decode.ts";
import { headerOf, type ImageHeader, NoImage, readHeader } from "../image/header.ts";
import { keptWithin } from "../tables/kept.ts";
import type { Sample } from "../types.ts";
import type { IndexRow } from "./index_rows.ts";
import { bytesOf, parseCell } from "./source.ts";

/** The part of a row that an error map decides. */
type SeenMap = Pick<IndexRow, "mapSize" | "mapModified" | "mapSha256">;

/** The part of a row that an image's file decides. */
type Seen = Omit<IndexRow, "id" | "split" | "label" | "generator" | "set" | "source" | keyof SeenMap>;

/** How to look at files. */
export interface Looking {
  /** Whether their content is hashed, which reads all of it. */
  readonly hash: boolean;
  /** What an earlier look found of a sample, null where there was none. */
  readonly earlier: (id: string) => IndexRow | null;
}

/** Whole images of which samples are rectangles: seen once for some of these. */
const sheets = keptWithin<Seen>(256, () => 1);

const nothing = {
  ...{ format: null, width: null, height: null, bitDepth: null, channels: null, quality: null, progressive: null },
  ...{ subsampling: null, animated: null, orientation: null, sha256: null },
} as const;

const noMap: SeenMap = { mapSize: null, mapModified: null, mapSha256: null };

/**
 * Looks at a sample's file, its header, and all of it where it is to be hashed; of its error map no more than its size
 * without. Whatever is wrong stands in the row.
 */
export async function look(sample: Sample, looking: Looking): Promise<IndexRow> {
  const { id, split, label, generator, set, source, file, errorMap } = sample;
  const { path, rectangle } = parseFragment(file);
  const earlier = looking.earlier(id);
  let seen: Seen;
  if (rectangle === null) {
    seen = await lookAt(file, { hash: looking.hash, earlier });
  } else {
    const { width, height } = rectangle;
    const sheet = await sheets.get(
      `${looking.hash} ${path}`,
      () => lookAt(path, { hash: looking.hash, earlier: null }),
    );
    const sha256 = sheet.sha256 === null ? null : hashOf(`${sheet.sha256} ${file.slice(path.length)}`);
    seen = sheet.problem === null ? { ...sheet, width, height, sha256 } : sheet;
  }
  const row = { id, split, label, generator, set, source, ...seen };
  if (errorMap === undefined) return { ...row, ...noMap };
  try {
    return { ...row, ...await lookAtMap(errorMap, { hash: looking.hash, earlier }) };
  } catch (error) {
    return { ...row, ...noMap, problem: seen.problem ?? `its error map is ${problemOf(error as Error)}` };
  }
}

/** Files whose size and time of writing are those of the earlier row are not read again. */
async function lookAt(
  file: string,
  { hash, earlier }: { readonly hash: boolean; readonly earlier: IndexRow | null },
): Promise<Seen> {
  let known: Pick<Seen, "size" | "modified"> = { size: null, modified: null };
  try {
    const cell = parseCell(file);
    const { size, mtime } = await Deno.stat(cell?.path ?? file);
    known = { size: cell === null ? size : null, modified: mtime?.getTime() ?? null };
    if (earlier !== null && isSame(earlier, { ...known, hash, inTable: cell !== null })) return seenOf(earlier);
    if (known.size === 0) return { ...nothing, ...known, problem: "empty" };
    if (cell === null) {
      const header = headerColumns(await headerOf(file));
      return { ...known, ...header, sha256: hash ? await hashOfFile(file) : null, problem: null };
    }
    const bytes = await bytesOf(file);
    known = { ...known, size: bytes.length };
    return { ...known, ...headerColumns(readHeader(bytes)), sha256: hash ? hashOf(bytes) : null, problem: null };
  } catch (error) {
    return { ...nothing, ...known, problem: problemOf(error as Error) };
  }
}

async function lookAtMap(
  file: string,
  { hash, earlier }: { readonly hash: boolean; readonly earlier: IndexRow | null },
): Promise<SeenMap> {
  const { size, mtime } = await Deno.stat(file);
  const known = { mapSize: size, mapModified: mtime?.getTime() ?? null };
  const same = known.mapModified !== null && earlier?.mapModified === known.mapModified && earlier.mapSize === size;
  const before = same ? earlier.mapSha256 : null;
  return { ...known, mapSha256: before ?? (hash ? await hashOfFile(file) : null) };
}

function isSame(
  earlier: IndexRow,
  { size, modified, hash, inTable }: Pick<Seen, "size" | "modified"> & { hash: boolean; inTable: boolean },
): boolean {
  if (earlier.problem !== null || modified === null || earlier.modified !== modified) return false;
  return (inTable || earlier.size === size) && (!hash || earlier.sha256 !== null);
}

function seenOf(row: IndexRow): Seen {
  const { id: _id, split: _split, label: _label, generator: _generator, set: _set, source: _source, ...files } = row;
  const { mapSize: _mapSize, mapModified: _mapModified, mapSha256: _mapSha256, ...seen } = files;
  return seen;
}

function headerColumns(header: ImageHeader): Omit<Seen, "size" | "modified" | "problem" | "sha256"> {
  const { format, width, height, bitDepth, channels, quality, progressive, subsampling, animated, orientation } =
    header;
  return { format, width, height, bitDepth, channels, quality, progressive, subsampling, animated, orientation };
}

function problemOf(error: Error): string {
  if (error instanceof Deno.errors.NotFound) return "missing";
  return error instanceof NoImage ? error.found : error.message;
}

function hashOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** In pieces: many files are read at one time, and nobody knows how large they are. */
async function hashOfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const piece = new Uint8Array(1 << 16);
  for (let count; (count = await file.read(piece)) !== null;) hash.update(piece.subarray(0, count));
  return hash.digest("hex");
}
