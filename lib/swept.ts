/**
 * The process of one run of a sweep, which `lib/cluster` starts here or under Slurm: reads what to run, a line of JSON,
 * from standard input, and prints how it goes, into the run's log. SIGINT, SIGTERM and SIGHUP stop it after the step at
 * hand, and so does the end of its input where it is on a leash; it keeps its place then. It ends with a code of `ENDS`.
 */
import { ENDS } from "./cluster/place.ts";
import type { SweptJob } from "./cluster/job.ts";
import { type Experiment, experiment } from "./experiment.ts";
import { events } from "./run.ts";
import { holder } from "./runs/lock.ts";
import { inWords } from "./runs/lock_file.ts";
import { fromJson } from "./runs/record.ts";
import { follow } from "./terminal/follow.ts";
import { progress, standardError } from "./terminal/progress.ts";
import type { RunEvent } from "./types.ts";

/** Milliseconds between two looks at whether another process still has the run. */
const LOOK = 500;

Deno.exit(await main());

async function main(): Promise<number> {
  const stopper = new AbortController();
  const { signal } = stopper;
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const one of signals) Deno.addSignalListener(one, () => stopper.abort());

  const screen = standardError();
  const say = (words: string): void => screen.write(`${new Date().toISOString()} process ${Deno.pid} ${words}\n`);
  let enough = false;
  try {
    const input = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).getReader();
    const { experiment: given, options, until, folder, leash } = await readJob(input);
    if (leash) void input.read().then(() => stopper.abort()); // nothing more comes but the end
    const defined = experiment(given as Experiment);
    say(`runs "${defined.name}"`);
    await turn(folder, { signal, say });
    const told = upTo(events(defined, { ...options, signal }), until, () => enough = true);
    await follow(told, { progress: progress(screen), experiment: defined });
    say("is done");
    return 0;
  } catch (error) {
    if (enough) {
      say("has reached its epoch, the checkpoint is kept");
      return 0;
    }
    if (signal.aborted && error instanceof Error && error.name === "AbortError") {
      say("was stopped, the checkpoint is kept");
      return ENDS.stopped;
    }
    screen.write(`${error instanceof Error ? error.stack : error}\n`);
    return ENDS.refused;
  }
}

async function readJob(input: ReadableStreamDefaultReader<string>): Promise<SweptJob> {
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await input.read();
    if (done) break;
    text += value;
  }
  return fromJson(text) as SweptJob;
}

/**
 * Waits until no other process has the run: under Slurm a task may begin again on another machine before the one that
 * had it has noticed, or was noticed, that it is gone.
 */
async function turn(
  folder: string,
  { signal, say }: { readonly signal: AbortSignal; readonly say: (words: string) => void },
): Promise<void> {
  for (let told = false;; told = true) {
    const other = await holder(folder);
    if (other === null) return;
    if (!told) say(`waits: ${inWords(other)} is writing this run`);
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    signal.throwIfAborted();
  }
}

/** The events up to the end of an epoch, where the run is left with its place kept; null: all. */
async function* upTo(
  told: AsyncIterable<RunEvent>,
  until: number | null,
  reached: () => void,
): AsyncGenerator<RunEvent> {
  for await (const event of told) {
    yield event;
    if (event.kind !== "epoch" || until === null || event.row.epoch < until) continue;
    reached();
    return;
  }
}
