import type { Experiment } from "../experiment.ts";
import type { RunOptions } from "../run.ts";
import { duration } from "../report/numbers.ts";
import { follow } from "../terminal/follow.ts";
import type { Progress } from "../terminal/progress.ts";
import type { RunEvent, RunRecord } from "../types.ts";
import { load } from "./places.ts";

/** Where and how, and what to show it on. */
export interface RunAll extends RunOptions {
  readonly progress: Progress;
  /** Whether each epoch gets a line. Default false. */
  readonly epochs?: boolean;
  /** Hears every event before it is shown. Default nobody. */
  readonly told?: (experiment: Experiment, event: RunEvent) => void | Promise<void>;
  /** What runs one experiment; `events` of lib/run.ts unless a test has another. */
  readonly events?: (experiment: Experiment, options: RunOptions) => AsyncIterable<RunEvent>;
}

/** Runs experiments one after another under one progress and one time left, a line that stays for each. */
export async function runAll(experiments: readonly Experiment[], options: RunAll): Promise<RunRecord[]> {
  const { progress, epochs = false, told = () => {}, events = (await loadRun()).events, ...where } = options;
  const records: RunRecord[] = [];
  for (const [index, experiment] of experiments.entries()) {
    let worked = false;
    const noticed = async function* (): AsyncGenerator<RunEvent> {
      for await (const event of events(experiment, where)) {
        worked ||= event.kind !== "done";
        await told(experiment, event);
        yield event;
      }
    };
    const record = await follow(noticed(), { progress, place: { index, of: experiments.length }, epochs, experiment });
    records.push(record);
    const how = worked ? `done in ${duration(record.seconds)}` : "found finished";
    progress.say(`${experiment.name}, seed ${experiment.seed}: ${how}`);
  }
  return records;
}

function loadRun(): Promise<typeof import("../run.ts")> {
  return load("lib/run.ts");
}
