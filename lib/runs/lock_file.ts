/** A file that one process at a time can hold. */

/** Who holds a file. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
}

/**
 * Takes a file for this process, until disposed, when it is removed: `using _ = await lockFile(path, …)`.
 *
 * The operating system holds the lock and drops it with the process, however that ends, so a lock file left by
 * a dead process stands in nobody's way. The file says who holds it.
 *
 * @param path made when it is not there; its folder has to be
 * @param refusal what to say when it is held, of words that name the holder
 * @throws {Error} with that, when another process, or this one, holds it
 */
export async function lockFile(path: string, refusal: (who: string) => string): Promise<Disposable> {
  let file = await openLocked(path);
  // `holderOf` takes the lock for a moment to find out whether it is free
  for (let i = 0; file === null && i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    file = await openLocked(path);
  }
  if (file === null) throw new Error(refusal(inWords(await readHolder(path))));
  try {
    const holder: Holder = { pid: Deno.pid, host: Deno.hostname(), since: new Date().toISOString() };
    await file.truncate();
    await file.write(new TextEncoder().encode(JSON.stringify(holder) + "\n"));
  } catch (error) {
    file.close(); // or this process itself would stand in its own way when there is room again
    throw error;
  }
  const locked = file;
  let held = true;
  return {
    [Symbol.dispose]: () => {
      if (!held) return;
      held = false;
      // removed while still held, so that nobody can hold a file that is about to go
      try {
        Deno.removeSync(path);
      } catch {
        // gone, open on Windows, or in a folder that cannot be written any more: one that stays is in nobody's way, and
        // an error here would take the place of the one that ended the work
      } finally {
        locked.close();
      }
    },
  };
}

/** Who holds a file at this moment; null when nobody does. */
export async function holderOf(path: string): Promise<Holder | null> {
  using file = await openToLook(path);
  return file === null || await file.tryLock(true) ? null : await readHolder(path);
}

/** The file, open for writing as locks on some network disks need it, otherwise for reading; null when it is not there. */
async function openToLook(path: string): Promise<Deno.FsFile | null> {
  for (const write of [true, false]) {
    try {
      return await Deno.open(path, { read: true, write });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      // a disk that is read-only, or a folder of somebody else's
      if (!write && !(error instanceof Deno.errors.PermissionDenied)) throw error;
    }
  }
  return null;
}

/** The file, locked; null when another has it. */
async function openLocked(path: string): Promise<Deno.FsFile | null> {
  while (true) {
    const file = await Deno.open(path, { read: true, write: true, create: true });
    if (!await file.tryLock(true)) {
      file.close();
      return null;
    }
    // the last holder may have removed the file between our opening and our locking it
    const [mine, there] = [await file.stat(), await Deno.stat(path).catch(() => null)];
    if (there !== null && there.ino === mine.ino) return file;
    file.close();
  }
}

async function readHolder(path: string): Promise<Holder> {
  try {
    const { pid, host, since } = JSON.parse(await Deno.readTextFile(path));
    if (typeof pid === "number" && typeof host === "string" && typeof since === "string") return { pid, host, since };
  } catch {
    // taken this very moment and not yet signed, or shut to readers by Windows
  }
  return { pid: 0, host: "", since: "" };
}

/** A holder, for messages. */
export function inWords({ pid, host, since }: Holder): string {
  return pid === 0 ? "another process" : `process ${pid} on "${host}" since ${since}`;
}
