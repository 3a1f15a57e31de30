/** A run in another process: found or started, followed, and its end told. */
import { ifThere } from "../if_there.ts";
import type { RunEvent } from "../types.ts";
import { type Child, type Job, lastWords, startChild } from "./child.ts";
import { follow, hasSpoken, type Writer, writerOf } from "./follow.ts";
import { readHeader, readRecord } from "./store.ts";

/** What is run, and how it is followed. */
export interface Attach {
  /** Of the experiment, for messages. */
  readonly name: string;
  readonly job: Job;
  /** Whether the run is to begin anew, which no process that goes already does. */
  readonly fresh: boolean;
  /** Leaves the run to itself. */
  readonly signal?: AbortSignal;
}

/**
 * Follows the process that has a run; starts one where none has. Begins with a "start" whose step is where the run
 * stands, goes on live, ends with "done". Whoever stops reading leaves the run to itself.
 *
 * @throws {DOMException} "AbortError" when `signal` comes, saying which process goes on, or when somebody stops the run
 * @throws {Error} when the run fails, with its own error; when its process is gone without a word, with the last that it
 * said; and when `fresh` is asked for while a process writes the run
 */
export async function* attached(folder: string, attach: Attach): AsyncGenerator<RunEvent, void> {
  const { job, fresh, signal } = attach;
  signal?.throwIfAborted();
  const held = await writerOf(folder);
  if (held !== null && fresh) throw refusal(held, attach);
  let writer: Writer | Child = held ?? await startChild(folder, job);
  for (let whole = held === null;; whole = false) {
    yield* follow(folder, writer, { whole, signal });
    if (signal?.aborted) throw left(folder, writer, attach);
    const next = await writerOf(folder); // it was faster than the one that was started, or took the run up since
    if (next === null) break;
    if (fresh) throw refusal(next, attach);
    writer = next;
  }
  yield await ending(folder, writer, attach);
}

/** What a process that is gone has made of its run; thrown unless it is done. */
async function ending(folder: string, writer: Writer | Child, { name, fresh }: Attach): Promise<RunEvent> {
  const header = await ifThere(readHeader(folder));
  const began = header !== null && await hasSpoken(folder, writer);
  if (header?.status === "done" && (began || !fresh)) return { kind: "done", record: await readRecord(folder) };
  if (began && header.error !== null) throw new Error(header.error);
  if (began && header.status === "stopped") {
    throw new DOMException(
      `"${name}" was stopped: ${called(writer)} has ended. The same call goes on from its checkpoint`,
      "AbortError",
    );
  }
  const { file, lines } = await lastWords(folder, {
    from: "wordsFrom" in writer ? writer.wordsFrom : 0,
    since: writer.since,
    most: began ? 5 : 20,
  });
  const words = lines.map((line) => `\n  ${line}`).join("");
  if (began) {
    throw new Error(
      `Cannot follow "${name}" to its end: ${called(writer)} is gone without a word, as one that was killed. ` +
        "The same call goes on from its last checkpoint" + (words === "" ? "" : `. The end of "${file}":${words}`),
    );
  }
  throw new Error(
    `Cannot run "${name}": ${called(writer)} ended before its first step. ` +
      (words === "" ? "Run it without detached: true to see why" : `It says in "${file}":${words}`),
  );
}

function left(folder: string, writer: Writer, { name }: Attach): DOMException {
  return new DOMException(
    `"${name}" goes on without being watched, in ${called(writer)}. The same call watches it again; ` +
      `deno task stop ${folder.slice(-12)} ends it and keeps its checkpoint`,
    "AbortError",
  );
}

function refusal(writer: Writer, { name }: Attach): Error {
  return new Error(
    `Cannot begin "${name}" anew: ${
      called(writer)
    } is writing it. Leave out --fresh (fresh: true) to follow that one, ` +
      "or end it first",
  );
}

function called({ pid, host }: Writer): string {
  return pid === 0 ? "another process" : `process ${pid} on "${host}"`;
}
