import { writeAll } from "../runs/atomic.ts";

/** A file of lines that one process appends to. */
export interface Ledger extends Disposable {
  /** Writes a value as a line of JSON, in one piece. */
  append(value: object): Promise<void>;
}

/**
 * Opens a ledger to append to it, and takes away a last line that was cut off when its writer was killed.
 *
 * @param options `guarded`: whether something else keeps other writers away; false, the default: a lock on the file does,
 * which reaches no other machine
 * @throws {Error} when another process has it open
 */
export async function openLedger(path: string, { guarded = false } = {}): Promise<Ledger> {
  const file = await Deno.open(path, { read: true, write: true, create: true });
  try {
    if (!guarded && !await file.tryLock(true)) {
      throw new Error(`Cannot write "${path}": another process writes it. Wait for it to end, or stop it`);
    }
    const whole = await Deno.readTextFile(path);
    const kept = new TextEncoder().encode(whole.slice(0, whole.lastIndexOf("\n") + 1)).length;
    await file.truncate(kept);
    await file.seek(kept, Deno.SeekMode.Start);
  } catch (error) {
    file.close();
    throw error;
  }
  let last = Promise.resolve();
  return {
    append(value) {
      const line = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
      const next = last.then(() => writeAll(file, line)); // one after the other, or lines would mix
      last = next.catch(() => {});
      return next;
    },
    [Symbol.dispose]: () => file.close(),
  };
}
