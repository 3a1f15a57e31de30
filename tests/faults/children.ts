/** Programs that tests start and disturb; none outlives the test that takes it with `await using`. */
import { fileURLToPath } from "node:url";
import type { RunEvent } from "../../lib/types.ts";
import type { Given } from "./child.ts";
import type { Write } from "./trace.ts";

/** A line that the child of a run printed. */
export type Told =
  | Exclude<RunEvent, { kind: "done" }>
  | { readonly kind: "done" }
  | { readonly kind: "error"; readonly name: string; readonly message: string }
  | ({ readonly kind: "write" } & Write);

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  /** Standard error. */
  readonly err: string;
}

/** A program that runs. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** Lines of standard output so far. */
  readonly lines: readonly string[];
  /** Sends a signal; nothing happens where the program is gone. */
  kill(signal: Deno.Signal): void;
  /** Whether its output has ended. */
  readonly over: boolean;
  /** Resolves when there are more than so many lines, or there will be no more. */
  more(than: number): Promise<void>;
  readonly ended: Promise<Ended>;
}

/** Starts a program, whose standard input stays open as long as this process lives. */
export function start(command: readonly string[], { group = false } = {}): Child {
  const child = new Deno.Command(command[0], {
    args: command.slice(1),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1", DATA: "", WEIGHTS: "" },
    detached: group,
  }).spawn();
  const lines: string[] = [];
  let over = false;
  let wake = (): void => {};
  const reading = (async () => {
    let begun = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const whole = (begun + text).split("\n");
      begun = whole.pop()!;
      lines.push(...whole);
      wake();
    }
    over = true;
    wake();
  })();
  const ended = Promise.all([child.status, new Response(child.stderr).text(), reading])
    .then(([{ code, signal }, err]) => ({ code, signal, err }));
  const kill = (signal: Deno.Signal): void => {
    try {
      child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  return {
    pid: child.pid,
    lines,
    kill,
    get over() {
      return over;
    },
    more: (than) => {
      if (over || lines.length > than) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      return promise;
    },
    ended,
    async [Symbol.asyncDispose]() {
      kill("SIGKILL");
      await ended;
      await child.stdin.close().catch(() => {}); // the reader is gone
    },
  };
}

/** A child that runs an experiment. */
export interface RunChild extends Child {
  /** Everything that it told so far. */
  told(): Told[];
  /** The first line not seen by an earlier call of which this holds; null when it ends without one. */
  until<T extends Told>(holds: (told: Told) => told is T): Promise<T | null>;
  until(holds: (told: Told) => boolean): Promise<Told | null>;
}

const program = fileURLToPath(new URL("./child.ts", import.meta.url));

/** The command that runs an experiment and prints its events. */
export function childCommand(given: Given): string[] {
  return [Deno.execPath(), "run", "-A", program, JSON.stringify(given)];
}

/** Starts an experiment in a process of its own. @param options `under`: a command that runs it */
export function startRun(given: Given, { under = [] }: { readonly under?: readonly string[] } = {}): RunChild {
  const child = start([...under, ...childCommand(given)]);
  let seen = 0;
  const read = (line: string): Told => JSON.parse(line);
  return Object.assign(Object.create(child) as Child, {
    told: () => child.lines.map(read),
    async until(holds: (told: Told) => boolean): Promise<Told | null> {
      for (;;) {
        while (seen < child.lines.length) {
          const told = read(child.lines[seen++]);
          if (holds(told)) return told;
        }
        if (child.over) return null;
        await child.more(seen);
      }
    },
  }) as RunChild;
}

/** Runs an experiment in a process of its own, to whatever end it comes. */
export async function ranRun(
  given: Given,
  options: { readonly under?: readonly string[] } = {},
): Promise<Ended & { readonly told: Told[] }> {
  await using child = startRun(given, options);
  const ended = await child.ended;
  return { ...ended, told: child.told() };
}

/** The error that a run ended with; null where it ended well. */
export function errorOf(told: readonly Told[]): string | null {
  const last = told.at(-1);
  return last?.kind === "error" ? last.message : null;
}

/** Texts of the notices among what was told. */
export function noticesOf(told: readonly Told[]): string[] {
  return told.flatMap((event) => event.kind === "notice" ? [event.text] : []);
}
