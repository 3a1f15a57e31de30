import { join } from "node:path";
import { TEMPORARY } from "./atomic.ts";
import { type FileLock, type Holder, holderOf, lockFile } from "./lock_file.ts";

const LOCK = "lock.json";

/**
 * Takes a run's folder for this process, until disposed: `using _ = await lockRun(folder)`. What a dead process was
 * writing is cleared away.
 *
 * @throws {Error} when another process, or this one, holds it; names the holder
 */
export async function lockRun(folder: string): Promise<FileLock> {
  await Deno.mkdir(folder, { recursive: true });
  const lock = await lockFile(
    join(folder, LOCK),
    (who) =>
      `Cannot write to "${folder}": ${who} is writing this run. Follow it with --detach (detached: true), ` +
      `wait for it, or end it with: deno task stop ${
        folder.slice(-12)
      }; the same command then goes on where it stopped`,
  );
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isFile && entry.name.endsWith(TEMPORARY)) await Deno.remove(join(folder, entry.name)).catch(() => {});
    }
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
  return lock;
}

/** Who holds a run's folder at this moment; null when nobody does. */
export async function holder(folder: string): Promise<Holder | null> {
  return await holderOf(join(folder, LOCK));
}
