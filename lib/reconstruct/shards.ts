/** Shares of what is to be made, so that several machines make one data set's artifacts side by side. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { holderOf, lockFile } from "../runs/lock_file.ts";

/** One share of several. */
export interface Shard {
  /** Counted from 1. */
  readonly index: number;
  readonly of: number;
}

/** All of it. */
export const whole: Shard = { index: 1, of: 1 };

/** What the files of a shard are called: "3-of-16". */
export function shardName({ index, of }: Shard): string {
  return `${index}-of-${of}`;
}

/**
 * Whether a sample is one shard's. A hash of its id decides, so that shards are of nearly equal size, and a sample that
 * is added or removed moves no other.
 */
export function inShard(id: string, { index, of }: Shard): boolean {
  if (of === 1) return true;
  // 48 bits: whole numbers that a double holds
  return createHash("sha256").update(`shard ${id}`).digest().readUIntBE(0, 6) % of === index - 1;
}

const LOCK = /^lock-(\d+)-of-(\d+)\.json$/;

/**
 * Takes a shard of a folder for this process, until disposed. Shards of one division go side by side; the same one twice,
 * or those of two divisions, which overlap, do not.
 *
 * @throws {Error} when another process has it, or one of another division; names that process
 */
export async function lockShard(folder: string, shard: Shard): Promise<Disposable> {
  const lock = await lockFile(
    join(folder, `lock-${shardName(shard)}.json`),
    (who) =>
      shard.of === 1
        ? `Cannot make artifacts in "${folder}": ${who} is making them. Wait for it or stop it`
        : `Cannot make shard ${shard.index}/${shard.of} in "${folder}": ${who} is making it. ` +
          `Take another shard of ${shard.of}, or wait for it`,
  );
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const [, index, of] = LOCK.exec(name) ?? [];
      if (of === undefined || Number(of) === shard.of) continue;
      const held = await holderOf(join(folder, name));
      if (held === null) continue;
      throw new Error(
        `Cannot make ${shard.of === 1 ? "all artifacts" : `shard ${shard.index}/${shard.of}`} in "${folder}": ` +
          `process ${held.pid} on "${held.host}" since ${held.since} is making ${
            of === "1" ? "all of them" : `shard ${index}/${of}`
          }, and both hold the ` +
          "same images. Wait for it, or divide alike",
      );
    }
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
  return lock;
}
