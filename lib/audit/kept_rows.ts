/** Rows by key that a later process finds again. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { MAKE_ROOM, writeAtomic } from "../runs/atomic.ts";
import { emptyRows, type Key } from "./rows.ts";

/** Rows that are kept in a folder. */
export interface KeptRows extends AsyncDisposable {
  /** The words of a key, not to be changed; null where there are none. */
  find(key: Key): Uint32Array | null;
  /** Takes in the words of a key; they are on the disk when a file is full, or after the disposal. */
  add(key: Key, words: ArrayLike<number>): Promise<void>;
}

/** Rows of a file, and seconds after which one is written that is not full: what a kill may cost. */
const PART = 4096;
const SECONDS = 15;

/**
 * Opens the rows of a folder, which need not be there. A file of them is written whole or not at all, and named by the
 * hash of its bytes, rows of words in the order of little-endian machines; several processes may add at once.
 *
 * @param folder named for what made the rows
 * @param options `width`: words of a row; `part`: rows of a file; `tell` learns of files that are damaged, which are
 *   removed
 */
export async function openRows(
  folder: string,
  { width, part = PART, tell }: {
    readonly width: number;
    readonly part?: number;
    readonly tell?: (what: string) => void;
  },
): Promise<KeptRows> {
  const stride = 2 + width;
  const rows = emptyRows(width);
  for await (const path of filesIn(folder)) {
    const bytes = await Deno.readFile(path);
    if (!path.endsWith(nameOf(bytes)) || bytes.length % (4 * stride) !== 0) {
      tell?.(`"${path}" is damaged: it is removed, and what stood in it is read again`);
      await Deno.remove(path);
      continue;
    }
    const words = new Uint32Array(bytes.buffer);
    for (let at = 0; at < words.length; at += stride) {
      rows.add([words[at], words[at + 1]], words.subarray(at + 2, at + stride));
    }
  }
  const fresh = new Uint32Array(part * stride);
  let count = 0;
  let written = performance.now();
  const keep = async (): Promise<void> => {
    const bytes = new Uint8Array(fresh.buffer, 0, 4 * stride * count);
    count = 0;
    written = performance.now();
    if (bytes.length === 0) return;
    try {
      await Deno.mkdir(folder, { recursive: true });
      await writeAtomic(join(folder, nameOf(bytes)), bytes);
    } catch (cause) {
      throw new Error(`Cannot keep what was read in "${folder}": ${(cause as Error).message}. ${MAKE_ROOM}`, { cause });
    }
  };
  return {
    find: rows.find,
    async add(key, words) {
      rows.add(key, words);
      fresh.set(key, count * stride);
      fresh.set(words, count * stride + 2);
      count++;
      if (count === part || performance.now() - written > SECONDS * 1000) await keep();
    },
    [Symbol.asyncDispose]: keep,
  };
}

const ENDING = ".rows";

function nameOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 16) + ENDING;
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  try {
    for await (const { name } of Deno.readDir(folder)) if (name.endsWith(ENDING)) yield join(folder, name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
