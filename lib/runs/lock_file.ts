/**
 * A file that one process at a time can hold, on whatever disk.
 *
 * What is relied on: that of two who create one name with O_EXCL one fails, that a rename takes the place of a file in one
 * step, and that whoever opens a file sees what was written before its writer synced it. NFS from version 3 on keeps all
 * three. What is not relied on is that flock reaches other machines: on a network disk it may hold within one machine alone
 * (mounts with nolock, local_lock or localflock) or not be there at all (Lustre without flock). Within one machine it is
 * the best there is, since the system drops it with the process, however that ends; to other machines a holder shows that
 * it lives by writing to the file now and then.
 */
import { TEMPORARY } from "./atomic.ts";
import {
  DEAD,
  type Found,
  type Holder,
  inWords,
  isDead,
  lockedBy,
  look,
  NOBODY,
  parseSignature,
  readSignature,
  type Signature,
  thisMachine,
} from "./lock_look.ts";

export { type Holder, inWords } from "./lock_look.ts";

/** A file that this process holds. Disposing it lets go and removes it. */
export interface FileLock extends Disposable {
  /**
   * Resolves when this process still holds the file, as it does unless it was halted so long that others took it for
   * dead. To be asked before something is written that is nobody else's; costs nothing while the last sign of life is new.
   *
   * @throws {Error} when another process has taken the file; what it guards is not to be written any more
   */
  sure(): Promise<void>;
}

/** Milliseconds between two signs of life. */
const BEAT = 30_000;

/**
 * Takes a file for this process, until disposed, when it is removed: `using _ = await lockFile(path, …)`. A file left by
 * a dead process of this machine stands in nobody's way, one left on another machine for a quarter of an hour.
 *
 * @param path made when it is not there; its folder has to be
 * @param refusal what to say when it is held, of words that name the holder
 * @throws {Error} with that, when another process, or this one, holds it
 */
export async function lockFile(path: string, refusal: (who: string) => string): Promise<FileLock> {
  const signature: Signature = {
    ...{ pid: Deno.pid, host: Deno.hostname(), since: new Date().toISOString() },
    ...{ token: crypto.randomUUID(), machine: thisMachine() },
  };
  for (let i = 0;;) {
    const file = await made(path, signature) ?? await succeeded(path, signature);
    // whoever was halted between making the file and signing it may have been taken for dead
    if (file !== null && (await readSignature(path))?.token === signature.token) {
      return held(path, file, signature.token);
    }
    file?.close();
    const found = await look(path);
    // a file that nobody has signed is waited for, and one that is held for a moment, as by one who only looks
    if (found?.signature !== null && i++ >= 5) throw new Error(refusal(inWords(found?.signature ?? NOBODY)));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Who holds a file at this moment; null when nobody does. */
export async function holderOf(path: string): Promise<Holder | null> {
  const found = await look(path);
  if (found === null || isDead(found, () => Date.now() - found.modified)) return null;
  const { pid, host, since } = found.signature ?? NOBODY;
  return { pid, host, since };
}

/** Makes a file that is not there yet, and signs it; null when it is there. */
async function made(path: string, signature: Signature): Promise<Deno.FsFile | null> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { read: true, write: true, createNew: true });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return null;
    throw error;
  }
  try {
    await lockedBy(file);
    await file.write(new TextEncoder().encode(JSON.stringify(signature) + "\n"));
    await file.sync(); // for other machines
    return file;
  } catch (error) {
    file.close();
    await Deno.remove(path).catch(() => {}); // or it would stand in the way when there is room again
    throw error;
  }
}

/**
 * Takes the place of a dead holder; null where nobody is dead. Whoever does so first makes a file that bears the dead one's
 * token, so that of two who found the same holder dead the slower one cannot put an end to the quicker one's holding.
 */
async function succeeded(path: string, signature: Signature): Promise<Deno.FsFile | null> {
  const last = await look(path);
  if (last === null) return null;
  const age = last.shared ? await ageOf(path, last) : Date.now() - last.modified;
  if (!isDead(last, () => age)) return null;
  const claim = claimOf(path, last.key);
  if (!await claimed(claim)) return null;
  try {
    const now = await look(path);
    // another was quicker, or it gave a sign of life
    if (now === null || now.key !== last.key || now.modified !== last.modified) return null;
    const own = `${path}.${signature.token}${TEMPORARY}`;
    const file = await made(own, signature);
    if (file !== null) await Deno.rename(own, path);
    return file;
  } finally {
    await Deno.remove(claim).catch(() => {});
  }
}

function claimOf(path: string, key: string): string {
  return `${path}.after-${key}${TEMPORARY}`;
}

/** Makes a claim that is not there; one that was left by a process that died within is removed for the next try. */
async function claimed(claim: string): Promise<boolean> {
  try {
    (await Deno.open(claim, { write: true, createNew: true })).close();
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    const info = await Deno.stat(claim).catch(() => null);
    if (info?.mtime != null && Date.now() - info.mtime.getTime() > DEAD) await Deno.remove(claim).catch(() => {});
    return false;
  }
}

/** Milliseconds since the last sign of life, by the clock of the disk: that of another machine may be wrong. */
async function ageOf(path: string, { modified }: Found): Promise<number> {
  const probe = `${path}.${crypto.randomUUID()}${TEMPORARY}`;
  try {
    await Deno.writeTextFile(probe, "\n", { createNew: true });
    const now = await Deno.stat(probe).catch(() => null); // a new holder may have cleared it away
    return now === null ? 0 : now.mtime!.getTime() - modified;
  } finally {
    await Deno.remove(probe).catch(() => {});
  }
}

/** A file that is held from now on: signs of life, and the end. */
function held(path: string, file: Deno.FsFile, token: string): FileLock {
  let [open, lost, last] = [true, false, Date.now()];
  const beat = async (): Promise<void> => {
    lost ||= (await readSignature(path))?.token !== token;
    if (lost || !open) return;
    await file.seek(0, Deno.SeekMode.Start);
    await file.write(new TextEncoder().encode("{")); // as it begins anyway: time is told by the disk and not by us
    await file.sync();
    last = Date.now();
  };
  const timer = setInterval(() => void beat().catch(() => {}), BEAT); // a disk that does not answer is asked again
  Deno.unrefTimer(timer);
  return {
    async sure() {
      if (!lost && Date.now() - last < DEAD / 2) return;
      await beat();
      if (!lost) return;
      const who = inWords((await readSignature(path)) ?? NOBODY);
      throw new Error(
        `Cannot go on writing beside "${path}": this process was halted for so long that ${who} has taken its place, ` +
          "and goes on where it stood",
      );
    },
    [Symbol.dispose]: () => {
      if (!open) return;
      open = false;
      clearInterval(timer);
      // gone, open on Windows, or in a folder that cannot be written any more: one that stays is in nobody's way, and
      // an error here would take the place of the one that ended the work
      try {
        removeOwn(path, token);
      } catch {
        // see above
      } finally {
        file.close();
      }
    },
  };
}

/** Removes the file while it is still held, unless another has taken it or is about to. */
function removeOwn(path: string, token: string): void {
  const claim = claimOf(path, token);
  Deno.openSync(claim, { write: true, createNew: true }).close();
  try {
    if (parseSignature(Deno.readTextFileSync(path))?.token === token) Deno.removeSync(path);
  } finally {
    Deno.removeSync(claim);
  }
}
