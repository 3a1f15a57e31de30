// A program for the fault tests: runs an experiment and prints each event as a line of JSON, an error as one too. It
// ends with whoever started it, since its standard input ends then.
import { type Experiment, experiment } from "../../lib/experiment.ts";
import { events, type RunOptions } from "../../lib/run.ts";
import { toJsonLine } from "../../lib/runs/record.ts";
import { traceWrites } from "./trace.ts";

/** What the program is told. */
export interface Given {
  readonly experiment: Experiment;
  readonly options: RunOptions;
  /** Step after whose checkpoint it stops, as one does who reads no further. */
  readonly stopAfter?: number;
  /** Whether it says which files it brings to the disk and renames. */
  readonly trace?: boolean;
}

if (import.meta.main) Deno.exit(await main(JSON.parse(Deno.args[0])));

async function main(given: Given): Promise<number> {
  endWithStarter();
  if (given.trace) traceWrites((write) => tell({ kind: "write", ...write }));
  try {
    for await (const event of events(experiment(given.experiment), given.options)) {
      tell(event.kind === "done" ? { kind: "done" } : event);
      if (event.kind === "checkpoint" && event.step === given.stopAfter) break;
    }
    return 0;
  } catch (error) {
    const { name, message } = error as Error;
    tell({ kind: "error", name, message });
    return 1;
  }
}

function tell(value: unknown): void {
  const bytes = new TextEncoder().encode(toJsonLine(value));
  for (let done = 0; done < bytes.length;) done += Deno.stdout.writeSync(bytes.subarray(done));
}

async function endWithStarter(): Promise<void> {
  while (await Deno.stdin.read(new Uint8Array(1)) !== null);
  Deno.exit(3);
}
