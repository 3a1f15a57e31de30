/** What a run says, kept as it says it: `events.jsonl` in its folder, a JSON object in each line. */
import { dirname, join } from "node:path";
import { ifThere } from "../if_there.ts";
import type { RunEvent, StepRow } from "../types.ts";
import { MAKE_ROOM, syncFolder, writeAll } from "./atomic.ts";
import { fromJson, REPAIR, toJsonLine } from "./record.ts";

/** File of a run's folder. */
export const EVENTS = "events.jsonl";

/** An event as its line has it: when it was said, and of "done" without the record, which has a file of its own. */
export type LoggedEvent = (Exclude<RunEvent, { kind: "done" }> | { readonly kind: "done" }) & {
  /** ISO 8601. */
  readonly at: string;
};

/** The file of a run's events, open for writing. */
export interface EventLog extends AsyncDisposable {
  /**
   * Adds an event as the last line. Each is to be awaited before the next is given.
   *
   * @throws {Error} when it cannot be written, as on a full disk; nothing of the line is left then
   */
  append(event: RunEvent): Promise<void>;
  /** Resolves when all lines are on the disk, to the length of the file in bytes: what to go on from. */
  sync(): Promise<number>;
}

/**
 * Opens the events of a run for writing; the folder has to be there.
 *
 * @param from `at`: length in bytes to go on from, as `sync` told it; what was said after it is cut off. 0: anew
 * @throws {RangeError} when the file is shorter or has no end of a line there; says what to do
 */
export async function openEventLog(folder: string, { at }: { readonly at: number }): Promise<EventLog> {
  const path = join(folder, EVENTS);
  const file = await Deno.open(path, { read: true, write: true, create: true });
  try {
    await refuseOther(file, path, at);
    await file.truncate(at);
    await file.seek(at, Deno.SeekMode.Start);
    await syncFolder(dirname(path));
  } catch (error) {
    file.close();
    throw error;
  }
  let length = at;
  return {
    append: async (event) => {
      const bytes = new TextEncoder().encode(toJsonLine(logged(event)));
      try {
        await writeAll(file, bytes);
        length += bytes.length;
      } catch (error) {
        await file.truncate(length);
        await file.seek(length, Deno.SeekMode.Start);
        throw new Error(`Cannot write to "${path}": ${(error as Error).message}. ${MAKE_ROOM}`, { cause: error });
      }
    },
    sync: async () => {
      await file.sync();
      return length;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(file.close()),
  };
}

/**
 * What a run has said so far, oldest first; nothing where it has said nothing yet. A last line without its end is being
 * written, or was when the process died, and is passed over. A run that was resumed may say a step twice.
 *
 * @throws {SyntaxError} when any other line is no event; names file and line
 */
export async function* readEvents(folder: string): AsyncGenerator<LoggedEvent> {
  const path = join(folder, EVENTS);
  let number = 0;
  for await (const line of wholeLines(path)) {
    number++;
    yield parseLine(line, `"${path}": line ${number}`);
  }
}

/**
 * What a run has said from a byte on, about a megabyte of it at most; nothing where it has said nothing more yet. A last
 * line without its end is left for the next time.
 *
 * @param at byte at which a line begins
 * @returns `next`: the same, for the line behind the last event
 * @throws {SyntaxError} when a line is no event; names file and place
 */
export async function readEventsFrom(folder: string, at: number): Promise<{ events: LoggedEvent[]; next: number }> {
  const path = join(folder, EVENTS);
  using file = await ifThere(Deno.open(path));
  if (file === null) return { events: [], next: at };
  await file.seek(at, Deno.SeekMode.Start);
  for (let bytes = new Uint8Array(PIECE), filled = 0;;) {
    const count = await file.read(bytes.subarray(filled));
    filled += count ?? 0;
    const end = bytes.subarray(0, filled).lastIndexOf(END_OF_LINE) + 1;
    if (end > 0 || count === null) {
      const lines = new TextDecoder().decode(bytes.subarray(0, end)).split("\n").slice(0, -1);
      const events = lines.map((line, i) => parseLine(line, `"${path}": line ${i + 1} after byte ${at}`));
      return { events, next: at + end };
    }
    if (filled < bytes.length) continue;
    const longer = new Uint8Array(2 * filled);
    longer.set(bytes);
    bytes = longer;
  }
}

/**
 * The last that a run has said, read from the end of its file; null where it has said nothing yet.
 *
 * @throws as {@linkcode readEventsFrom}
 */
export async function lastEvent(folder: string): Promise<LoggedEvent | null> {
  const path = join(folder, EVENTS);
  using file = await ifThere(Deno.open(path));
  if (file === null) return null;
  const { size } = await file.stat();
  for (let length = Math.min(size, TAIL);; length = Math.min(size, 2 * length)) {
    const bytes = new Uint8Array(length);
    await file.seek(size - length, Deno.SeekMode.Start);
    let filled = 0;
    while (filled < length) {
      const count = await file.read(bytes.subarray(filled));
      if (count === null) break; // cut meanwhile
      filled += count;
    }
    const end = bytes.subarray(0, filled).lastIndexOf(END_OF_LINE);
    const begin = bytes.subarray(0, Math.max(0, end)).lastIndexOf(END_OF_LINE) + 1;
    if (end > 0 && (begin > 0 || length === size)) {
      return parseLine(new TextDecoder().decode(bytes.subarray(begin, end)), `"${path}": its last line`);
    }
    if (length === size) return null;
  }
}

/**
 * Loss terms of a run's steps, in their order. A step that comes again undoes itself and those after it.
 *
 * @throws as {@linkcode readEvents}
 */
export async function readSteps(folder: string): Promise<StepRow[]> {
  const rows: StepRow[] = [];
  for await (const event of readEvents(folder)) {
    if (event.kind !== "step") continue;
    const { row } = event;
    // what a resumed run does again begins at the step it went on from
    while (rows.length > 0 && rows[rows.length - 1].step >= row.step) rows.pop();
    rows.push(row);
  }
  return rows;
}

function logged(event: RunEvent): LoggedEvent {
  return { at: new Date().toISOString(), ...(event.kind === "done" ? { kind: event.kind } : event) };
}

/** The event of a line, which is named when it is none. */
function parseLine(line: string, where: string): LoggedEvent {
  let value: LoggedEvent | null = null;
  try {
    value = fromJson(line) as LoggedEvent | null;
  } catch {
    // told below
  }
  if (typeof value?.kind === "string") return value;
  throw new SyntaxError(`Cannot read ${where} is no event: "${line.slice(0, 60)}". ${REPAIR}`);
}

/** Lines of a file that have their end, without it; none when there is no file. */
export async function* wholeLines(path: string): AsyncGenerator<string> {
  using file = await ifThere(Deno.open(path));
  if (file === null) return;
  const decoder = new TextDecoder();
  const piece = new Uint8Array(1 << 16);
  let begun = "";
  for (let count = await file.read(piece); count !== null; count = await file.read(piece)) {
    const lines = (begun + decoder.decode(piece.subarray(0, count), { stream: true })).split("\n");
    begun = lines.pop()!;
    yield* lines;
  }
}

/** Goes on only where a line ends, in a file that is long enough: another is not that of the checkpoint. */
async function refuseOther(file: Deno.FsFile, path: string, at: number): Promise<void> {
  if (at === 0) return;
  const { size } = await file.stat();
  if (size < at) {
    throw new RangeError(
      `Cannot go on with "${path}": it has ${size} bytes, the checkpoint was saved after ${at}. ${REPAIR}`,
    );
  }
  const last = new Uint8Array(1);
  await file.seek(at - 1, Deno.SeekMode.Start);
  await file.read(last);
  if (last[0] !== END_OF_LINE) {
    throw new RangeError(
      `Cannot go on with "${path}": no line ends after ${at} bytes, where the checkpoint was saved. ${REPAIR}`,
    );
  }
}

const END_OF_LINE = 10;

/** Bytes that are read at once, going on and from the end. */
const PIECE = 1 << 20;
const TAIL = 1 << 14;
