/** The turn of a process at a folder of artifacts: one at a time makes a share of them. */
import { setTimeout as pause } from "node:timers/promises";
import { type HeldShard, type Shard, takeShard } from "../reconstruct/shards.ts";
import type { FileLock } from "../runs/lock_file.ts";
import { writing } from "../runs/writing.ts";
import type { MakingEvent } from "./making.ts";

/** Milliseconds between two looks, and how often as long as a look takes. */
const LOOK = 500, TIMES = 20;

/**
 * Takes a shard for this process, until disposed; where another has it, waits for that one, telling who it is and how far.
 *
 * @param turn `wait`: false: it is refused; `done`: how many images there are by now; `total`: of how many
 * @throws {Error} when another process has it and is not waited for; names that process
 * @throws {DOMException} "AbortError" when `signal` ends the waiting
 */
export async function* turnAt(
  folder: string,
  { shard, wait, done, total, signal }: {
    readonly shard: Shard;
    readonly wait: boolean;
    readonly done: () => Promise<number>;
    readonly total: number;
    readonly signal?: AbortSignal;
  },
): AsyncGenerator<MakingEvent, FileLock> {
  let told: HeldShard | null = null;
  let found: number | null = null;
  for (;;) {
    const turn = await writing(folder, takeShard(folder, shard));
    if (!("who" in turn)) return turn;
    if (!wait) throw new Error(turn.message);
    if (turn.who !== told?.who) {
      yield { kind: "notice", text: `${turn.who} is making ${turn.what} in "${folder}"; waiting for it to end` };
    }
    told = turn;
    const began = performance.now();
    const now = await done();
    found ??= now;
    yield { kind: "progress", done: now, total, found };
    const milliseconds = Math.max(LOOK, TIMES * (performance.now() - began));
    await pause(milliseconds, undefined, { signal }).catch(() => {});
    signal?.throwIfAborted();
  }
}
