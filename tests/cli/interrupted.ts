// A program for interrupt_test.ts: works without end until interrupted, then "writes a checkpoint" for a while.
import { interruptible } from "../../lib/cli/interrupt.ts";
import { speakJson } from "../../lib/cli/print.ts";
import { progress } from "../../lib/terminal/progress.ts";

const [checkpointSeconds, ending, json] = Deno.args;
const tell = (text: string): number => Deno.stdout.writeSync(new TextEncoder().encode(text));
const bar = progress();
if (json === "--json") speakJson();
Deno.exit(
  await interruptible(async (signal) => {
    tell("working\n");
    while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, Number(checkpointSeconds) * 1000));
    bar.say("writing the checkpoint");
    if (ending === "done") return 0;
    if (ending === "failure") throw new Error("Cannot write the checkpoint");
    tell("saved\n");
    throw new DOMException("stopped", "AbortError");
  }, { kept: () => "The checkpoint is kept; go on with: deno task run x.ts", progress: bar }),
);
