/** Shares of what is to be made, so that several machines make one data set's artifacts side by side. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type FileLock, holderOf, inWords, lockFile } from "../runs/lock_file.ts";

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

/** That another process has a shard, or one that overlaps it. */
export interface HeldShard {
  /** `process 12 on "host" since 2026-01-01T00:00:00.000Z`. */
  readonly who: string;
  /** What it is making. */
  readonly what: string;
  /** Why the shard cannot be had, and what to do. */
  readonly message: string;
}

/**
 * Takes a shard of a folder for this process, until disposed, or says who has it. Shards of one division go side by side;
 * the same one twice, or those of two divisions, which overlap, do not.
 */
export async function takeShard(folder: string, shard: Shard): Promise<FileLock | HeldShard> {
  let holder: string | null = null;
  const path = join(folder, `lock-${shardName(shard)}.json`);
  const lock = await lockFile(path, (who) => holder = who).catch((error) => {
    if (holder === null) throw error;
    return null;
  });
  if (lock === null) return sameShard(folder, shard, holder!);
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const [, index, of] = (LOCK.exec(name) ?? []).map(Number);
      if (of === undefined || of === shard.of) continue;
      const held = await holderOf(join(folder, name));
      if (held === null) continue;
      lock[Symbol.dispose]();
      return overlapping(folder, shard, { who: inWords(held), other: { index, of } });
    }
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
  return lock;
}

function sameShard(folder: string, shard: Shard, who: string): HeldShard {
  const whole = shard.of === 1;
  const advice = whole ? "Wait for it or stop it" : `Take another shard of ${shard.of}, or wait for it`;
  const message = `Cannot make ${whole ? "artifacts" : shardWords(shard)} in "${folder}": ${who} is making ` +
    `${whole ? "them" : "it"}. ${advice}`;
  return { who, what: whole ? "them" : shardWords(shard), message };
}

function overlapping(
  folder: string,
  shard: Shard,
  { who, other }: { readonly who: string; readonly other: Shard },
): HeldShard {
  const what = other.of === 1 ? "all of them" : shardWords(other);
  const message = `Cannot make ${shard.of === 1 ? "all artifacts" : shardWords(shard)} in "${folder}": ${who} is ` +
    `making ${what}, and both hold the same images. Wait for it, or divide alike`;
  return { who, what, message };
}

function shardWords({ index, of }: Shard): string {
  return `shard ${index}/${of}`;
}
