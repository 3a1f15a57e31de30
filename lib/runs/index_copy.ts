import { dirname, join } from "node:path";
import { TEMPORARY, writeAll } from "./atomic.ts";
import { wholeLines } from "./event_log.ts";

/** Name of the index in the runs folder. */
export const INDEX = "index.jsonl";

/** What killed processes leave is removed when it is so old, in milliseconds. */
const ABANDONED = 3_600_000;

/** An index that is being written under a temporary name. */
export interface Copy {
  add(line: string): Promise<void>;
  /** Gives it its name. */
  finish(): Promise<void>;
  /** Removes it, unless it was finished. */
  discard(): Promise<void>;
}

/** Begins a new index with the first lines of the old one. What cannot be written is given up without a word. */
export async function beginCopy(file: string, kept: number): Promise<Copy> {
  const temporary = `${file}.${Deno.pid}-${++count}${TEMPORARY}`;
  let target: Deno.FsFile | null = await Deno.open(temporary, { write: true, createNew: true }).catch(() => null);
  if (target !== null) await removeAbandoned(dirname(file));
  let waiting: string[] = [];
  let length = 0;
  const discard = async (): Promise<void> => {
    if (target === null) return;
    target.close();
    target = null;
    await Deno.remove(temporary).catch(() => {});
  };
  const flush = async (): Promise<void> => {
    const text = waiting.join("");
    waiting = [];
    length = 0;
    if (target !== null) await writeAll(target, new TextEncoder().encode(text)).catch(discard);
  };
  const add = async (line: string): Promise<void> => {
    waiting.push(line, "\n");
    length += line.length;
    if (length > 1 << 18) await flush();
  };
  const first = wholeLines(file);
  for (let i = 0; i < kept; i++) {
    const { done, value } = await first.next().catch(() => ({ done: true, value: undefined } as const));
    if (done) break;
    await add(value);
  }
  await first.return(undefined);
  return {
    add,
    discard,
    finish: async () => {
      await flush();
      if (target === null) return;
      target.close();
      target = null;
      // not synced to the disk: after a power cut lines may be missing, and are found to be
      await Deno.rename(temporary, file).catch(() => Deno.remove(temporary).catch(() => {}));
    },
  };
}

/** Begins anywhere: on another machine a process may have the same number as this one. */
let count = crypto.getRandomValues(new Uint32Array(1))[0];

async function removeAbandoned(runs: string): Promise<void> {
  for await (const { name } of Deno.readDir(runs)) {
    if (!name.startsWith(`${INDEX}.`) || !name.endsWith(TEMPORARY)) continue;
    const { mtime } = await Deno.stat(join(runs, name)).catch(() => ({ mtime: null }));
    if (mtime !== null && Date.now() - mtime.getTime() > ABANDONED) await Deno.remove(join(runs, name)).catch(() => {});
  }
}
