import { complain } from "./print.ts";

/** An interrupted program's exit code: 128 and the number of SIGINT. */
const INTERRUPTED = 130;

/**
 * Runs work that Ctrl-C may stop: the first aborts `signal` and lets the work write down what it has, the
 * second ends at once.
 *
 * @param kept what an interruption leaves and how to go on, for the user
 * @returns what the work resolves to, or 130 when it was interrupted
 */
export async function interruptible(
  work: (signal: AbortSignal) => Promise<number>,
  kept: () => string,
): Promise<number> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) {
      complain(`\nEnded at once. ${kept()}`);
      Deno.exit(INTERRUPTED);
    }
    complain("\nStopping after this step and writing a checkpoint (Ctrl-C again ends at once) …");
    controller.abort();
  };
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted || !isAbort(error)) throw error;
    complain(`Interrupted. ${kept()}`);
    return INTERRUPTED;
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, stop);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
