/** The process of a detached run, seen from the one that starts it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Writer } from "./follow.ts";
import { toJsonLine } from "./record.ts";

/** What such a process prints. */
const LOG = "run.log";

/** What the process is to run; JSON holds all of it. */
export interface Job {
  readonly experiment: unknown;
  readonly options: unknown;
}

/** A process that this one has started. */
export interface Child extends Writer {
  /** Byte of the log at which its words begin. */
  readonly wordsFrom: number;
}

/**
 * Starts the process of a detached run, which outlives this one: in a session of its own, so that neither Ctrl-C in a
 * terminal nor its closing reaches it, nor what ends a notebook's kernel with all that belongs to it. It works in the
 * same folder as this one, and adds what it prints to `run.log` in the run's.
 */
export async function startChild(folder: string, job: Job): Promise<Child> {
  const [config, entry] = ["../../deno.json", "../detached.ts"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url))
  );
  await Deno.mkdir(folder, { recursive: true });
  await using log = await open(join(folder, LOG), "a");
  const { size } = await log.stat();
  const since = new Date().toISOString();
  const child = spawn(Deno.execPath(), ["run", "-A", "--quiet", "--config", config, entry], {
    detached: true,
    stdio: ["pipe", log.fd, log.fd],
    env: { ...Deno.env.toObject(), NO_COLOR: "1" },
    windowsHide: true,
  });
  let ended = false;
  child.once("exit", () => ended = true);
  await once(child, "spawn");
  // where it dies before it has read, its end is what is told
  child.stdin!.on("error", () => {});
  child.stdin!.end(toJsonLine(job));
  child.unref();
  return { pid: child.pid!, host: Deno.hostname(), since, wordsFrom: size, alive: () => Promise.resolve(!ended) };
}

/**
 * The last lines that detached processes printed for a run, without places in the code.
 *
 * @param options `from`: byte of the log; `since`: ISO 8601, a log that was not written since tells nothing; `most`: lines
 */
export async function lastWords(
  folder: string,
  { from, since, most }: { readonly from: number; readonly since: string; readonly most: number },
): Promise<{ readonly file: string; readonly lines: readonly string[] }> {
  const file = join(folder, LOG);
  const info = await Deno.stat(file).catch(() => null);
  if (info?.mtime == null || info.mtime.toISOString() < since) return { file, lines: [] };
  const words = new TextDecoder().decode((await Deno.readFile(file)).subarray(from));
  const lines = words.split("\n").filter((line) => line.trim() !== "" && !/^\s+at /.test(line));
  return { file, lines: lines.slice(-most) };
}
