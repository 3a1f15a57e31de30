/**
 * The process of a detached run, which `lib/runs/child.ts` starts: reads what to run from standard input to its end, and
 * prints how it goes, into the run's log. SIGINT and SIGTERM stop it after the step at hand; it keeps its place then.
 */
import { type Experiment, experiment } from "./experiment.ts";
import { events, type RunOptions } from "./run.ts";
import type { Job } from "./runs/child.ts";
import { fromJson } from "./runs/record.ts";
import { follow } from "./terminal/follow.ts";
import { progress, standardError } from "./terminal/progress.ts";

Deno.exit(await main());

async function main(): Promise<number> {
  const stopper = new AbortController();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, () => stopper.abort());

  const screen = standardError();
  const say = (words: string): void => screen.write(`${new Date().toISOString()} process ${Deno.pid} ${words}\n`);
  try {
    const job = fromJson(await new Response(Deno.stdin.readable).text()) as Job;
    const defined = experiment(job.experiment as Experiment);
    say(`runs "${defined.name}"`);
    const told = events(defined, { ...job.options as RunOptions, signal: stopper.signal });
    await follow(told, { progress: progress(screen) });
    say("is done");
    return 0;
  } catch (error) {
    if (stopper.signal.aborted && error instanceof Error && error.name === "AbortError") {
      say("was stopped, the checkpoint is kept");
      return 130;
    }
    screen.write(`${error instanceof Error ? error.stack : error}\n`);
    return 1;
  }
}
