// A program for interrupt_test.ts: works without end until interrupted, then "writes a checkpoint" for a while.
import { interruptible } from "../../lib/cli/interrupt.ts";
import { progress } from "../../lib/terminal/progress.ts";

const [checkpointSeconds, ending] = [Number(Deno.args[0]), Deno.args[1]];
Deno.exit(
  await interruptible(async (signal) => {
    Deno.stdout.writeSync(new TextEncoder().encode("working\n"));
    while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, checkpointSeconds * 1000));
    if (ending === "done") return 0;
    if (ending === "failure") throw new Error("Cannot write the checkpoint");
    throw new DOMException("stopped", "AbortError");
  }, { kept: "The checkpoint is kept; the same command goes on", progress: progress() }),
);
