import type { Progress } from "../terminal/progress.ts";
import { exitCodes } from "./help.ts";
import { printFailure } from "./print.ts";

/** What an interruption leaves, and how it is told. */
export interface Interruptible {
  /** What is kept, and the command that goes on from there: a sentence without its full stop; asked for when it stops. */
  readonly kept: string | (() => string);
  /** Where to say so. */
  readonly progress: Pick<Progress, "say">;
  /** What happens on the first Ctrl-C. */
  readonly stopping?: string;
}

/**
 * Seconds after the first signal in which others are taken for its echo: of one Ctrl-C a program under `deno task` gets
 * two, from the terminal and from `deno task`, which passes on its own, in the same millisecond.
 */
const ECHO = 0.5;

/**
 * Runs work that Ctrl-C, a closed terminal (SIGHUP) or SIGTERM may stop: the first signal aborts
 * `signal` and lets the work write down what it has, the second ends at once.
 *
 * @returns what the work resolves to, or 130 when it was interrupted
 */
export async function interruptible(
  work: (signal: AbortSignal) => Promise<number>,
  { kept, progress, stopping = "Stopping after this step and writing a checkpoint" }: Interruptible,
): Promise<number> {
  const controller = new AbortController();
  const tell = (what: string): number => {
    const text = `${what}. ${typeof kept === "string" ? kept : kept()}`;
    progress.say(text);
    printFailure(text, exitCodes.interrupted);
    return exitCodes.interrupted;
  };
  let first = -Infinity;
  const stop = (): void => {
    if (performance.now() - first < ECHO * 1000) return;
    if (controller.signal.aborted) Deno.exit(tell("Ended at once"));
    progress.say(`${stopping} (Ctrl-C again ends at once) …`);
    first = performance.now();
    controller.abort();
  };
  const listeners: [Deno.Signal, () => void][] = [
    ["SIGINT", stop],
    [Deno.build.os === "windows" ? "SIGBREAK" : "SIGTERM", stop],
    // a program that listens to other signals is ended by Deno on a hang-up even where `nohup` had it ignored
    ["SIGHUP", ignoresHangUp() ? () => {} : stop],
  ];
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted || !isAbort(error)) throw error;
    return tell("Interrupted");
  } finally {
    for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
  }
}

/** Whether a hang-up was being ignored when this process began, as far as the system tells: `nohup` asks for that. */
function ignoresHangUp(): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
    return mask !== undefined && (BigInt(`0x${mask}`) & 1n) === 1n; // SIGHUP is signal 1, the lowest bit
  } catch {
    return false; // not Linux
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
