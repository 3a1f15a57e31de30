/** A run that another process writes, followed by what it writes. */
import type { RunEvent } from "../types.ts";
import { lastEvent, type LoggedEvent, readEventsFrom } from "./event_log.ts";
import { holder } from "./lock.ts";

/** A process that writes a run. */
export interface Writer {
  /** 0 where the system does not let it be read. */
  readonly pid: number;
  readonly host: string;
  /** What it writes is no older; ISO 8601. */
  readonly since: string;
  /** Whether it still does. */
  alive(): Promise<boolean>;
}

/** What a follower is told; "done" is not, since the record has the last word. */
export type Followed = Exclude<RunEvent, { kind: "done" }>;

/** How a run is followed. */
export interface Following {
  /** Whether what the process said before is told, too, each event by itself. */
  readonly whole: boolean;
  /** Ends it; the process goes on. */
  readonly signal?: AbortSignal;
}

/** Milliseconds between two looks. */
const LOOK = 200;

/** The process that holds a run's folder; null when none does. */
export async function writerOf(folder: string): Promise<Writer | null> {
  let held = await holder(folder);
  // the lock is taken before its file is signed
  for (let i = 0; held?.pid === 0 && i < 10; i++) {
    await pause();
    held = await holder(folder);
  }
  if (held === null) return null;
  const { since } = held;
  return { ...held, alive: async () => (await holder(folder))?.since === since };
}

/**
 * What a process says of its run from now on, until it ends. Begins with a "start" whose step is where the run stands,
 * and the notices since its own start; a process that ends before its first word leaves nothing to tell.
 */
export async function* follow(
  folder: string,
  writer: Writer,
  { whole, signal }: Following,
): AsyncGenerator<Followed, void> {
  if (!await hasBegun(folder, writer, signal)) return;
  let stand: Stand | null = null;
  let told = whole;
  for (let at = 0;;) {
    const alive = await writer.alive(); // asked first: what it says last is read after it ended
    for (;;) {
      const { events, next } = await readEventsFrom(folder, at);
      if (next === at) break;
      at = next;
      for (const { at: said, ...event } of events) {
        if (signal?.aborted) return;
        if (said < writer.since || event.kind === "done") continue;
        if (told) yield event as Followed;
        else stand = movedOn(stand, event as Followed);
      }
    }
    if (!told && stand !== null) {
      yield stand.start;
      yield* stand.notices;
      told = true;
    }
    if (!alive || signal?.aborted) return;
    await pause(signal);
  }
}

/** Whether a process has said anything. */
export async function hasSpoken(folder: string, { since }: Writer): Promise<boolean> {
  try {
    const last = await lastEvent(folder);
    return last !== null && last.at >= since;
  } catch (error) {
    if (error instanceof SyntaxError) return false; // what a power cut left, which the process is about to cut off
    throw error;
  }
}

/**
 * Waits for the first word of a process; false when it ends without one. Until then there are only the events of the
 * process before it, some of which it may yet cut off; what is there from then on stays.
 */
async function hasBegun(folder: string, writer: Writer, signal?: AbortSignal): Promise<boolean> {
  for (;;) {
    const alive = await writer.alive();
    if (await hasSpoken(folder, writer)) return true;
    if (!alive || signal?.aborted) return false;
    await pause(signal);
  }
}

/** Where a run stands, and what its user should know. */
interface Stand {
  readonly start: Extract<RunEvent, { kind: "start" }>;
  readonly notices: readonly Followed[];
}

function movedOn(stand: Stand | null, event: Omit<LoggedEvent, "at"> & Followed): Stand | null {
  if (event.kind === "start") return { start: event, notices: [] };
  if (stand === null) return null;
  const { start, notices } = stand;
  if (event.kind === "step") return { start: { ...start, step: event.row.step }, notices };
  if (event.kind === "epoch") return { start: { ...start, steps: event.steps }, notices };
  return event.kind === "notice" ? { start, notices: [...notices, event] } : stand;
}

/** Resolves after a while, or when the signal comes. */
function pause(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, LOOK);
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
  });
}
