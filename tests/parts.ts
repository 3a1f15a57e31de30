/**
 * The whole suite in parts that run side by side, one process a core: most tests wait for a process or compute on one
 * thread, and a process of its own keeps each part's folder, environment and memory its own.
 */
import { dirname } from "node:path";
import { duration } from "../lib/report/numbers.ts";
import { signalTo } from "./signal_to.ts";

/** Tests counted; `failures` are Deno's lines that name a failed test and its place. */
export interface Counted {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
  readonly failures: readonly string[];
}

/** More files than these of one room are several parts. */
const MOST_FILES = 12;

/** More processes than these need more memory than a machine may have: a test may take 4 GB. */
const MOST_PROCESSES = 4;

/** A process that says nothing for so long, though each test tells its beginning and end, hangs. */
const MOST_SILENCE_MS = 20 * 60_000;

/** The same where single tests compute for long: on cpu, and in full counts. */
const MOST_SILENCE_SLOW_MS = 90 * 60_000;

/** What Deno itself says of a test that goes on. */
const RUNNING = /has been running for over \(/;

/** Files that go in one process, room by room, each file in one part. */
export function partsOf(files: readonly string[]): string[][] {
  const rooms = Map.groupBy(files, dirname);
  return [...rooms.values()].flatMap((room) => {
    const parts = Math.ceil(room.length / MOST_FILES);
    // dealt out, since long tests often stand side by side
    return Array.from({ length: parts }, (_, i) => room.filter((_, j) => j % parts === i));
  });
}

/** Reads what `deno test` printed. An end without its sum, as by a crash, counts as one failure. */
export function counted(output: string, code: number): Counted {
  const sum = /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed(?:.*? \| (\d+) ignored)?/m.exec(output);
  const [passed = 0, failed = 0, ignored = 0] = (sum?.slice(1) ?? []).map((count) => Number(count ?? 0));
  // a test that takes the tests' tensors is declared, for Deno, where they are
  const failures = output.split("\n").filter((line) => / => \.\/tests\/\S+\.ts:\d+/.test(line));
  return {
    passed,
    failed: code === 0 ? failed : Math.max(failed, 1),
    ignored,
    failures: [...new Set(failures.map((line) => line.trim()))],
  };
}

/** Runs the parts, prints the output of each when it has ended, and at last the sum; resolves to an exit code. */
export async function runParts(
  files: readonly string[],
  options: { readonly cwd: string; readonly env: Record<string, string> },
): Promise<number> {
  const began = performance.now();
  const checked = await new Deno.Command(Deno.execPath(), { args: ["check", "--quiet", ...files], ...options }).spawn()
    .status;
  if (!checked.success) return checked.code;

  const parts = partsOf(files);
  const waiting = [...parts];
  const found: Counted[] = [];
  const interrupt = new AbortController();
  const { signal } = interrupt;
  const interrupted = (): void => interrupt.abort();
  const { COUNTERPROOF_BACKEND: backend } = options.env;
  const slow = backend === "cpu" || Deno.env.get("COUNTERPROOF_FULL") === "1";
  const watched = { ...options, signal, mostSilence: slow ? MOST_SILENCE_SLOW_MS : MOST_SILENCE_MS };
  const take = async () => {
    for (let part = waiting.shift(); part !== undefined && !signal.aborted; part = waiting.shift()) {
      const { code, output } = await outputOf(["test", "--allow-all", "--no-check", ...part], watched);
      found.push(counted(output, code));
      const left = (performance.now() - began) / 1000 / found.length * (parts.length - found.length);
      await say(`${output}\n-- ${found.length} of ${parts.length} parts, ${duration(left)} left\n`);
    }
  };
  const processes = Math.min(navigator.hardwareConcurrency, MOST_PROCESSES);
  for (const name of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(name, interrupted);
  await Promise.all(Array.from({ length: processes }, take));
  for (const name of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(name, interrupted);
  if (signal.aborted) return 130;

  const of = (what: "passed" | "failed" | "ignored") => found.reduce((sum, part) => sum + part[what], 0);
  const failures = found.flatMap((part) => part.failures);
  const seconds = (performance.now() - began) / 1000;
  await say(
    `\n${failures.map((line) => `Failed: ${line}\n`).join("")}` +
      `Altogether ${of("passed")} passed, ${of("failed")} failed, ${of("ignored")} ignored in ${duration(seconds)}\n`,
  );
  return of("failed") === 0 && of("passed") > 0 ? 0 : 1;
}

/**
 * What Deno prints, errors and all, and its exit code. One that hangs is ended with all that it has started, and its
 * last line, which names the test, is told.
 */
export async function outputOf(
  args: string[],
  { mostSilence, signal, ...options }: {
    readonly cwd?: string;
    readonly env?: Record<string, string>;
    /** Milliseconds. */
    readonly mostSilence: number;
    /** Ends it at once. */
    readonly signal?: AbortSignal;
  },
): Promise<{ code: number; output: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true, // as the head of a group, so that all of it can be ended
    ...options,
  }).spawn();
  const end = (): void => signalTo(-child.pid, "SIGKILL");
  signal?.addEventListener("abort", end);
  let output = "";
  let hangs = false;
  const silent = (): void => {
    hangs = true;
    end();
  };
  let timer = setTimeout(silent, mostSilence);
  const read = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
      output += piece;
      if (RUNNING.test(piece)) continue;
      clearTimeout(timer);
      timer = setTimeout(silent, mostSilence);
    }
  };
  const [{ code }] = await Promise.all([child.status, read(child.stdout), read(child.stderr)]);
  clearTimeout(timer);
  signal?.removeEventListener("abort", end);
  if (!hangs) return { code, output };
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  return { code, output: `${output}\nEnded after ${duration(mostSilence / 1000)} of silence behind: ${last}\n` };
}

async function say(words: string): Promise<void> {
  const bytes = new TextEncoder().encode(words);
  for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
}
