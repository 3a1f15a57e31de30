/**
 * Features of a frozen backbone on the disk: safetensors files of some thousand rows each, in a folder that is named by
 * the fingerprint of what made them. Rows are read where they lie, so that opening costs the memory of their names alone.
 */
import { join } from "node:path";
import { fingerprint } from "../definition/fingerprint.ts";
import { openSafetensors, safetensorsPieces } from "../engine/safetensors.ts";
import { TEMPORARY, writeAtomic } from "../runs/atomic.ts";
import type { Sample } from "../types.ts";
import { fileBehind } from "./source.ts";

/** Rows of one file; so many are made again when a process is killed. */
const PART = 4096;

/** Rows that are kept and looked up by sample. */
export interface FeatureStore extends AsyncDisposable {
  /** Whether it has the features of a sample as its file is now. */
  has(sample: Sample): boolean;
  /** Copies the features of a sample that it has into `row`. */
  read(sample: Sample, row: Float32Array): void;
  /** Takes in the features of a sample; they are on the disk when a file is full, or after {@linkcode keep}. */
  add(sample: Sample, row: Float32Array): Promise<void>;
  /** Writes what is not on the disk yet. */
  keep(): Promise<void>;
}

/**
 * Memory for the rows of whole files; those of further files are read one by one. In random order 450,000 rows of 768 a
 * second come from memory, 250,000 from the cache of the system, where numpy's memmap gives 650,000 (2 busy cores).
 */
const BUDGET = 2 ** 30;

/** A file of rows. */
interface Part {
  readonly file: Deno.FsFile;
  /** Of the first row, in bytes. */
  readonly start: number;
  readonly count: number;
  /** All of its rows, once one was asked for and while there is room. */
  values: Float32Array | null;
}

/** A row: which one of which file, or in memory. */
type Place = { readonly part: Part; readonly index: number } | { readonly row: Float32Array };

/**
 * Opens the features of a folder that were made alike; several processes may add to it at once.
 *
 * @param artifacts folder of what parts made
 * @param options `made`: all that features hang on beside the image; `width`: numbers of a row; `captions`: whether they
 * hang on the caption as well
 * @throws {Error} when a file of the folder is not what was written, naming it
 */
export async function openFeatures(
  artifacts: string,
  { made, width, captions = false }: {
    readonly made: object;
    readonly width: number;
    readonly captions?: boolean;
  },
): Promise<FeatureStore> {
  const folder = join(artifacts, `features-${fingerprint(made).slice(0, 12)}`);
  const files: Deno.FsFile[] = [];
  const places = new Map<string, Place>();
  const openRows = (path: string): void => {
    const { file, keys, start } = openPart(path, width);
    const part: Part = { file, start, count: keys.length, values: null };
    files.push(file);
    for (const [index, key] of keys.entries()) places.set(key, { part, index });
  };
  const close = () => {
    for (const file of files) file.close();
  };
  try {
    for (const name of await partsIn(folder)) openRows(join(folder, name));
  } catch (error) {
    close();
    throw error;
  }
  const stamps = new Map<string, string>();
  // to make a key takes as long as to copy its row
  const keys = new WeakMap<Sample, string>();
  const keyed = (sample: Sample): string => {
    const told = captions ? ` ${JSON.stringify(sample.caption)}` : "";
    const known = keys.get(sample) ?? keyOf(sample, stamps) + told;
    keys.set(sample, known);
    return known;
  };
  let fresh = new Map<string, Float32Array>();
  let count = 0, held = 0;
  const keep = async (): Promise<void> => {
    if (fresh.size === 0) return;
    const [names, rows] = [[...fresh.keys()], [...fresh.values()]];
    fresh = new Map();
    await Deno.mkdir(folder, { recursive: true });
    // numbers of a process are handed out anew; the time tells two that had the same one apart
    const file = join(folder, `${Date.now()}-${Deno.pid}-${++count}.safetensors`);
    await writeAtomic(file, partOf(rows, { keys: names, width }));
    openRows(file); // memory holds no more than one file of them
  };
  return {
    has: (sample) => places.has(keyed(sample)),
    read(sample, row) {
      const place = places.get(keyed(sample))!;
      if ("row" in place) return row.set(place.row);
      const { part, index } = place;
      const bytes = 4 * width * part.count;
      if (part.values === null && held + bytes <= BUDGET) {
        part.values = new Float32Array(width * part.count);
        readAt(part.file, part.start, part.values);
        held += bytes;
      }
      if (part.values === null) readAt(part.file, part.start + 4 * width * index, row);
      else row.set(part.values.subarray(index * width, (index + 1) * width));
    },
    async add(sample, row) {
      const key = keyed(sample);
      const own = row.slice();
      places.set(key, { row: own });
      fresh.set(key, own);
      if (fresh.size >= PART) await keep();
    },
    keep,
    async [Symbol.asyncDispose]() {
      await keep().finally(close);
    },
  };
}

/** Files of features, oldest first. */
async function partsIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) if (!name.endsWith(TEMPORARY)) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.filter((name) => name.endsWith(".safetensors")).sort();
}

function* partOf(
  rows: readonly Float32Array[],
  { keys, width }: { readonly keys: readonly string[]; readonly width: number },
): Generator<Uint8Array> {
  const data = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) data.set(row, i * width);
  const features = { dtype: "F32", shape: [rows.length, width], data } as const;
  yield* safetensorsPieces(new Map([["features", features]]), { keys: JSON.stringify(keys) });
}

function openPart(
  path: string,
  width: number,
): { readonly file: Deno.FsFile; readonly keys: readonly string[]; readonly start: number } {
  const refuse = (what: string): never => {
    throw new Error(`Cannot read the features in "${path}": ${what}. Remove the file, they are made again`);
  };
  let keys: string[] = [];
  try {
    using opened = openSafetensors(path);
    const shape = opened.tensors.get("features")?.shape;
    keys = JSON.parse(opened.metadata.keys ?? "[]");
    if (`${shape}` !== `${keys.length},${width}`) refuse(`they are [${shape}], expected [${keys.length}, ${width}]`);
  } catch (error) {
    refuse((error as Error).message);
  }
  const file = Deno.openSync(path);
  // the only tensor ends with the file, as the format has it
  return { file, keys, start: file.statSync().size - 4 * width * keys.length };
}

function readAt(file: Deno.FsFile, at: number, row: Float32Array): void {
  const bytes = new Uint8Array(row.buffer, row.byteOffset, row.byteLength);
  file.seekSync(at, Deno.SeekMode.Start);
  for (let done = 0; done < bytes.length;) {
    const read = file.readSync(bytes.subarray(done));
    if (read === null) throw new Error("Cannot read features: their file was cut off while it was open");
    done += read;
  }
}

/** A sample and the state of its file: what is written anew is looked at anew. */
function keyOf({ id, file }: Sample, stamps: Map<string, string>): string {
  const path = fileBehind(file);
  let stamp = stamps.get(path);
  if (stamp === undefined) {
    const { size, mtime } = Deno.statSync(path);
    stamp = `${size} ${mtime?.getTime()}`;
    stamps.set(path, stamp);
  }
  return `${id} ${file.slice(path.length)} ${stamp}`;
}
