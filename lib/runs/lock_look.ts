/** What a lock file says, and whether who has signed it still lives. */
import { networkUnder } from "./network_disk.ts";

/** Who holds a file. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
}

/** How a holder signs. */
export interface Signature extends Holder {
  /** Tells this holding from every other. */
  readonly token: string;
  /** Tells machines apart, and a machine from itself before it was started again; null: the system does not tell. */
  readonly machine: string | null;
}

/** Milliseconds without any sign of life after which a holder on another machine counts as dead. */
export const DEAD = 15 * 60_000;

/** Milliseconds in which whoever has made the file locks and signs it, here and over a network. */
const UNSIGNED = { here: 2000, shared: 30_000 };

/** A holder, for messages. */
export function inWords({ pid, host, since }: Holder): string {
  return pid === 0 ? "another process" : `process ${pid} on "${host}" since ${since}`;
}

/** Who is held for the holder where nobody has signed. */
export const NOBODY: Holder = { pid: 0, host: "", since: "" };

/** What is seen of a lock file. */
export interface Found {
  /** Null: it is not signed yet, or shut to readers by Windows. */
  readonly signature: Holder & Partial<Signature> | null;
  /** Tells this holding from every other. */
  readonly key: string;
  /** When its holder last gave a sign of life, milliseconds since 1970 by the clock of the disk. */
  readonly modified: number;
  /** Whether another process has it locked; null: this disk knows no locks. */
  readonly locked: boolean | null;
  /** Whether other machines see it, which locks may not reach. */
  readonly shared: boolean;
}

/** Looks at a lock file; null when it is not there. */
export async function look(path: string): Promise<Found | null> {
  using file = await openToLook(path);
  if (file === null) return null;
  const { mtime, ino, isFile } = await file.stat();
  if (!isFile) throw new Error(`Cannot lock "${path}": it is no file. Remove it`);
  // of this very file: by its path it may be another's already, which the time of this one would make seem dead
  const [signature, shared] = [await signatureIn(file), await networkUnder(path).catch(() => null) !== null];
  const locked = await lockedBy(file).then((mine) => mine === null ? null : !mine);
  const key = signature?.token ?? `${ino ?? 0}-${signature?.since.replace(/\W/g, "") ?? "unsigned"}`;
  return { signature, key, modified: mtime?.getTime() ?? 0, locked, shared };
}

/** Whether the holder of a file is gone. @param age milliseconds since its last sign of life */
export function isDead({ signature, locked, shared }: Found, age: () => number): boolean {
  if (signature === null) return locked !== true && age() > (shared ? UNSIGNED.shared : UNSIGNED.here);
  const { machine = null, host, pid } = signature;
  if (shared) {
    const here = machine === null || thisMachine() === null ? host === Deno.hostname() : machine === thisMachine();
    // a lock of another machine may outlive it on the server, and one that is not seen may not have reached this one
    if (!here) return age() > DEAD;
  }
  return locked === null ? !isAlive(pid) : !locked;
}

/** Locks an open file within this machine; false: another process has it; null: this disk knows no locks. */
export async function lockedBy(file: Deno.FsFile): Promise<boolean | null> {
  try {
    return await file.tryLock(true);
  } catch {
    return null;
  }
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

/** More than a signature takes. */
const LENGTH = 4096;

async function signatureIn(file: Deno.FsFile): Promise<Found["signature"]> {
  const bytes = new Uint8Array(LENGTH);
  const count = await file.read(bytes).catch(() => null); // Windows shuts a locked file to readers
  return parseSignature(new TextDecoder().decode(bytes.subarray(0, count ?? 0)));
}

/** The signature of a lock file; null: it has none that can be read. */
export async function readSignature(path: string): Promise<Found["signature"]> {
  return await Deno.readTextFile(path).then(parseSignature, () => null);
}

/** The same, of its text. */
export function parseSignature(text: string): Found["signature"] {
  try {
    const { pid, host, since, token, machine } = JSON.parse(text);
    if (typeof pid === "number" && typeof host === "string" && typeof since === "string") {
      return { pid, host, since, token, machine };
    }
  } catch {
    // not signed yet
  }
  return null;
}

let machine: string | null | undefined;

/** Changes with every start of the system, and is the same in all of its containers, which one kernel's locks hold for. */
export function thisMachine(): string | null {
  if (machine !== undefined) return machine;
  try {
    machine = Deno.readTextFileSync("/proc/sys/kernel/random/boot_id").trim();
  } catch {
    machine = null; // not Linux
  }
  return machine;
}

/** Whether a process of this machine goes, as far as it can be told without locks. */
function isAlive(pid: number): boolean {
  try {
    return Deno.statSync(`/proc/${pid}`).isDirectory;
  } catch {
    return Deno.build.os !== "linux";
  }
}
