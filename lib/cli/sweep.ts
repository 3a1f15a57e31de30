import type { SweepEvent } from "../cluster/events.ts";
import { whereOf } from "../cluster/place.ts";
import { checkWritable } from "../runs/store.ts";
import { type SweepScreen, sweepScreen } from "../terminal/sweep.ts";
import { backendNames, type Command, type Given, typedAgain, UsageError, wholeNumber } from "./command.ts";
import { compareRecords, printComparison } from "./compare.ts";
import { readDefinitions } from "./definitions.ts";
import { exitCodes } from "./help.ts";
import { interruptible } from "./interrupt.ts";
import { load, shown, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";
import { resourceNames, resourcesHelp, resourcesOption } from "./resources.ts";
import { runPlaceNames, runPlaces } from "./run_places.ts";
import { workersHelp } from "./thread_options.ts";

/** Runs many definitions side by side. */
export const sweep: Command = {
  summary: "runs many experiments side by side, here or on a cluster",
  help: `deno task sweep FILE [EXPORT] [OPTIONS]

Runs all experiments that a file defines, as deno task run does, but each in a process of its own, as many at a
time as there is room, and shows a table of all of them. A run that fails costs its own point and no other; one whose
process dies goes on from its checkpoint. Finished runs are found again: whatever stopped the sweep, the same command
goes on.

With --halve bad points are stopped early: all are trained for one epoch, the best third of them to the third, the
best third of those to the ninth, and so on; those that are left go to their end. Decisions hang on the definitions
alone, and what is left of a run equals bit for bit one that was never stopped.

  --on WHERE        local, local:N, slurm or slurm:N: processes of this machine, or tasks of a Slurm job array,
                    N at a time at most; default: local, one process for each core or graphics card
  --seeds N         every experiment under the seeds 1…N instead of its own
  --halve           stop bad points early
  --factor N        with --halve: one point in N goes on; default: 3
  --first N         with --halve: epochs after which is decided first; default: 1
  --metric NAME     with --halve: what decides, on the validation split; default: what the definitions select by
${resourcesHelp}
  --data DIR        folder of the data sets; default: the environment variable DATA
  --weights DIR     folder of pretrained weights; default: the environment variable WEIGHTS
  --artifacts DIR   folder of reconstructions made earlier; default: artifacts
  --pipelines DIR   folder of pipelines; default: the environment variable PIPELINES. What is missing of
                    reconstructions is made with them first, by this process; under Slurm make it before, with
                    deno task reconstruct FILE --on slurm:N
  --backend NAME    ${backendNames}; default: auto
  --threads N       threads of each process; default: cores shared out
${workersHelp(20)}
  --runs DIR        the runs folder, under Slurm one that all machines share; default: runs
  --checkpoint-seconds N
                    least seconds between two checkpoints within an epoch; default: 300

Examples:
  deno task sweep experiments/dual_loss.ts sweep --data /data --seeds 3
  deno task sweep experiments/dual_loss.ts sweep --halve --metric auc --on local:4
  deno task sweep experiments/dual_loss.ts sweep --on slurm:64 --gpus 1 --cores 8 --memory 32000 --time 12:00:00`,
  json: "a line for each thing that happens, with a kind: notice, ended with the row of a run that is done or has " +
    "failed, rung with who goes on, and at the end done with the rows of all runs",
  exits: "1 also where a run has failed",
  values: [
    ...["on", "seeds", "factor", "first", "metric", ...resourceNames],
    ...runPlaceNames,
    ...["runs", "checkpoint-seconds"],
  ],
  flags: ["halve"],
  operands: [1, 2],
  async run(given) {
    const on = onOption(given);
    const count = wholeNumber(given, "seeds", [1, 1000]);
    const options = {
      on,
      resources: resourcesOption(given),
      seeds: count === null ? null : Array.from({ length: count }, (_, i) => i + 1),
      halving: halvingOption(given),
      runs: userPath(given.values.runs ?? "runs"),
      ...await runPlaces(given),
      checkpointSeconds: wholeNumber(given, "checkpoint-seconds", [0, 7 * 24 * 3600]) ?? undefined,
    };
    await checkWritable(options.runs);
    const definitions = await readDefinitions(given.operands[0], given.operands[1]);
    const { sweepEvents } = await load<typeof import("../cluster/sweep.ts")>("lib/cluster/sweep.ts");
    using screen = sweepScreen();
    const kept = `Every run keeps its checkpoint in "${shown(options.runs)}"; go on with: ${typedAgain(given)}`;
    const stopping = "Stopping all runs after the step at hand";
    return await interruptible(async (signal) => {
      for await (const event of sweepEvents(definitions, { ...options, signal })) {
        screen.take(event);
        tell(event);
        if (event.kind === "done") return await conclude(event, screen);
      }
      return exitCodes.error;
    }, { kept, stopping, progress: screen });
  },
};

/** `--on`, as it is typed. */
function onOption({ values: { on = "local" } }: Given): string {
  try {
    whereOf(on);
    return on;
  } catch (error) {
    throw new UsageError(`Cannot read "--on ${on}": ${(error as Error).message.replace(/^.*: /, "")}`);
  }
}

/** `--halve` and what belongs to it; null: no point is stopped early. */
function halvingOption(given: Given) {
  const alone = ["first", "metric", "factor"].find((name) => given.values[name] !== undefined);
  if (!given.flags.halve) {
    if (alone === undefined) return null;
    throw new UsageError(`Cannot read "--${alone}" without --halve: it says how bad points are stopped early`);
  }
  return {
    factor: wholeNumber(given, "factor", [2, 1000]) ?? undefined,
    first: wholeNumber(given, "first", [1, 1_000_000]) ?? undefined,
    metric: given.values.metric,
  };
}

/** Writes an event as a line of JSON; what only moves a table is left out. */
function tell(event: SweepEvent): void {
  if (event.kind === "notice" || event.kind === "ended" || event.kind === "rung") printJson(event);
  if (event.kind === "done") printJson({ kind: "done", rows: event.sweep.rows });
}

/** The comparison of what is done, and what has failed. */
async function conclude(
  { sweep: { records, rows } }: Extract<SweepEvent, { kind: "done" }>,
  screen: SweepScreen,
): Promise<number> {
  screen[Symbol.dispose]();
  if (records.length > 0) {
    print("");
    await printComparison(await compareRecords(records));
  }
  const failed = rows.filter(({ status }) => status === "failed");
  for (const { name, seed, error } of failed) print(`\n${name}, seed ${seed} failed: ${error}`);
  return failed.length === 0 ? exitCodes.done : exitCodes.error;
}
