/** Commands of the command line as processes of their own, as a user would type them. */
import { fileURLToPath } from "node:url";
import { peakOf } from "../runs/memory.ts";

/** A command that has ended. */
export interface Ended {
  /** What was typed behind `deno task`. */
  readonly typed: string;
  readonly code: number;
  /** Whether a signal ended it. */
  readonly killed: boolean;
  readonly out: string;
  readonly err: string;
  readonly seconds: number;
  /** Most resident memory, MB (10⁶ bytes); null where the system does not tell. */
  readonly megabytes: number | null;
}

/** Where a command goes, and who hears of it. */
export interface Going {
  /** In which it is typed. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Hears each line of its standard output; true ends it with SIGKILL. */
  readonly heard?: (line: string) => boolean;
  readonly signal?: AbortSignal;
}

const [config, main] = ["../../deno.json", "../cli/main.ts"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url))
);

/** Milliseconds between two looks at a process's memory, whose peak the system keeps. */
const LOOK = 100;

/**
 * Runs a command to its end.
 *
 * @throws {DOMException} "AbortError" when `signal` comes; the process is ended then
 */
export async function runCommand(words: readonly string[], { folder, env, heard, signal }: Going): Promise<Ended> {
  signal?.throwIfAborted();
  const began = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--config", config, main, ...words],
    cwd: folder,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const kill = (): void => {
    try {
      child.kill("SIGKILL");
    } catch {
      // it has ended meanwhile
    }
  };
  signal?.addEventListener("abort", kill);
  let megabytes: number | null = null;
  const look = setInterval(() => void (megabytes = peakOf(child.pid) ?? megabytes), LOOK);
  try {
    const reading = linesOf(child.stdout, (line) => {
      if (heard?.(line)) kill();
    });
    const [out, err, status] = await Promise.all([reading, child.stderr.text(), child.status]);
    signal?.throwIfAborted();
    const seconds = (performance.now() - began) / 1000;
    return {
      typed: words.join(" "),
      code: status.code,
      killed: status.signal === "SIGKILL",
      out,
      err,
      seconds,
      megabytes,
    };
  } finally {
    clearInterval(look);
    signal?.removeEventListener("abort", kill);
  }
}

/** All of a stream as text, of which each line is told as it comes. */
async function linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  heard: (line: string) => void,
): Promise<string> {
  let text = "";
  let told = 0;
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    text += piece;
    for (let end = text.indexOf("\n", told); end >= 0; end = text.indexOf("\n", told)) {
      heard(text.slice(told, end));
      told = end + 1;
    }
  }
  return text;
}
