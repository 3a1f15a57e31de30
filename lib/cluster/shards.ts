/** Shares of one work, each in a process of its own: here, or as tasks of a Slurm job array. */
import { setTimeout as pause } from "node:timers/promises";
import { ENDS, type Place, type Standing, type Task } from "./place.ts";

/** How a share stands. */
export interface ShardRow {
  readonly task: Task;
  readonly standing: Standing;
  /** The last line that its process has printed; empty before the first. */
  readonly words: string;
}

/** How shares are carried. */
export interface CarryShards {
  readonly place: Place;
  /** A process that dies so often is given up. */
  readonly tries: number;
  readonly signal?: AbortSignal;
}

/** Bytes at the end of a log in which its last line is looked for. */
const TAIL = 2000;

/**
 * Carries all shares to their ends, telling how they stand after every look. One whose process dies without a word is
 * begun again, and finds what it had made.
 *
 * @returns how each ended
 * @throws {DOMException} "AbortError" when `signal` stops it; the place is to be stopped then
 */
export async function* carryShards(
  tasks: readonly Task[],
  { place, tries, signal }: CarryShards,
): AsyncGenerator<readonly ShardRow[], readonly ShardRow[]> {
  const deaths = new Map<Task, number>();
  await place.add(tasks);
  for (;;) {
    signal?.throwIfAborted();
    const standings = await place.look();
    const rows = await Promise.all(tasks.map(async (task): Promise<ShardRow> => {
      const standing = standings.get(task) ?? { kind: "waiting", why: null };
      return { task, standing, words: standing.kind === "waiting" ? "" : await lastLine(task.log) };
    }));
    const again = rows.flatMap(({ task, standing }) => {
      if (standing.kind !== "ended" || [0, ENDS.refused, ENDS.stopped].includes(standing.code ?? -1)) return [];
      deaths.set(task, (deaths.get(task) ?? 0) + 1);
      return deaths.get(task)! < tries ? [task] : [];
    });
    yield rows;
    if (again.length > 0) await place.add(again);
    else if (rows.every(({ standing }) => standing.kind === "ended")) return rows;
    await pause(place.every, undefined, { signal }).catch(() => {});
  }
}

async function lastLine(log: string): Promise<string> {
  const bytes = await Deno.readFile(log).catch(() => new Uint8Array());
  const lines = new TextDecoder().decode(bytes.subarray(-TAIL)).split("\n").filter((line) => line.trim() !== "");
  return lines.at(-1) ?? "";
}
