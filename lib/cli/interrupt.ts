import type { Progress } from "../terminal/progress.ts";

/** An interrupted program's exit code: 128 and the number of SIGINT. */
const INTERRUPTED = 130;

/**
 * Runs work that Ctrl-C may stop: the first aborts `signal` and lets the work write down what it has, the
 * second ends at once.
 *
 * @param options `kept`: what an interruption leaves and how to go on; `progress`: where to say so; `stopping`: what
 * happens on the first Ctrl-C
 * @returns what the work resolves to, or 130 when it was interrupted
 */
export async function interruptible(
  work: (signal: AbortSignal) => Promise<number>,
  { kept, progress, stopping = "Stopping after this step and writing a checkpoint" }: {
    readonly kept: string;
    readonly progress: Progress;
    readonly stopping?: string;
  },
): Promise<number> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) {
      progress.say(`Ended at once. ${kept}`);
      Deno.exit(INTERRUPTED);
    }
    progress.say(`${stopping} (Ctrl-C again ends at once) …`);
    controller.abort();
  };
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted || !isAbort(error)) throw error;
    progress.say(`Interrupted. ${kept}`);
    return INTERRUPTED;
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, stop);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
