import type { Experiment } from "../experiment.ts";
import { checkWritable, findFolder } from "../runs/store.ts";
import { progress } from "../terminal/progress.ts";
import type { RunEvent } from "../types.ts";
import { backendNames, type Command, type Given, typedAgain, UsageError, wholeNumber } from "./command.ts";
import { compareRecords, printComparison } from "./compare.ts";
import { readDefinitions } from "./definitions.ts";
import { type Interruptible, interruptible } from "./interrupt.ts";
import { load, shown, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";
import { runAll } from "./run_all.ts";
import { refuseMissing } from "./run_needs.ts";
import { runPlaceNames, runPlaces } from "./run_places.ts";
import { workersHelp } from "./thread_options.ts";

/** Runs the experiments of a definition file. */
export const run: Command = {
  summary: "runs the experiments that a file defines",
  help: `deno task run FILE [EXPORT] [OPTIONS]

Runs the experiment that a TypeScript file exports, by default or under a name: a definition, an array of them,
or a function that returns either when called without arguments. FILE#EXPORT is the same as FILE EXPORT. FILE may
also be JSON, which holds a definition, a list of them or a run's record, or it may be a run's folder: that run is
done again from what it wrote down. Finished runs are found again; a run that was interrupted goes on from its
checkpoint.

Nothing here but --seed changes what is trained; the other options say where and how. What is missing of data, weights
and pipelines is told before anything starts, all of it at once.

  --seed N          run under this seed instead of the definition's own
  --fresh           run anew what is finished or was interrupted, and forget what it wrote
  --detach          run in a process of its own, which goes on when this one ends and its terminal is closed;
                    Ctrl-C ends only the watching, the same command watches again
  --dry-run         start nothing and print the plan: what is needed and what of it is there, samples, steps, memory,
                    and hours by what steps take here
  --steps N         with --dry-run: steps that are taken to see what one takes; 0: none; default: 20
  --data DIR        folder of the data sets; default: the environment variable DATA
  --weights DIR     folder of pretrained weights; default: the environment variable WEIGHTS. Those that
                    deno task weights get has fetched are found without it
  --artifacts DIR   folder of reconstructions made earlier; default: artifacts
  --pipelines DIR   folder of pipelines, each under the name that definitions have for its model; default: the
                    environment variable PIPELINES. What is missing of reconstructions is made with them first
  --backend NAME    ${backendNames}; default: auto
  --threads N       threads; on wasm results do not depend on it; default: one for each core
${workersHelp(20)}
  --runs DIR        the runs folder; default: runs
  --checkpoint-seconds N
                    least seconds between two checkpoints within an epoch, at whose end there is one anyway;
                    0: after every step; default: 300

Examples:
  deno task run experiments/pocket.ts
  deno task run experiments/pocket.ts --seed 2
  deno task run experiments/dual_loss.ts dual --dry-run
  deno task run experiments/dual_loss.ts dual --data /data --weights /weights
  deno task run somebodys/record.json --runs runs/again
  deno task run experiments/pocket.ts --json | jq 'select(.kind == "done") | .record.metrics'`,
  json: "a line for each event as it happens, with name and seed of its experiment and a kind: start, step, " +
    "validation, nonfinite, epoch, checkpoint, notice, and at the end of each run done, with its folder and its record " +
    "but for steps and scores, which lie in the folder; with --dry-run one object, plans and what is missing",
  exits: "1 also when something is missing, with --dry-run after the plan was printed",
  values: [
    "seed",
    ...runPlaceNames,
    ...["runs", "checkpoint-seconds", "steps"],
  ],
  flags: ["fresh", "detach", "dry-run"],
  operands: [1, 2],
  async run(given) {
    const seed = wholeNumber(given, "seed", [0, 2 ** 31]);
    const options = {
      runs: userPath(given.values.runs ?? "runs"),
      ...await runPlaces(given),
      fresh: given.flags.fresh,
      detached: given.flags.detach,
      checkpointSeconds: wholeNumber(given, "checkpoint-seconds", [0, 7 * 24 * 3600]) ?? undefined,
    };
    const dry = given.flags["dry-run"];
    const steps = wholeNumber(given, "steps", [0, 10_000]);
    if (steps !== null && !dry) {
      throw new UsageError('Cannot read "--steps": only a plan measures steps, expected --dry-run with it');
    }
    if (!dry) await checkWritable(options.runs);
    const [file, exported] = given.operands;
    const defined = await readDefinitions(file, exported);
    const { derive } = await load<typeof import("../experiment.ts")>("lib/experiment.ts");
    const experiments = seed === null ? defined : defined.map((one) => derive(one, { seed }));
    if (options.detached && experiments.length > 1) {
      throw new UsageError(
        `Cannot run "${file}" with --detach: it defines ${experiments.length} experiments, expected one. ` +
          "Name one of its exports: deno task run FILE EXPORT --detach",
      );
    }

    using bar = progress();
    if (dry) {
      const { dryRun } = await load<typeof import("./run_plan.ts")>("lib/cli/run_plan.ts");
      const planning = { ...options, steps: steps ?? 20, progress: bar };
      return await interruptible((signal) => dryRun(experiments, { ...planning, signal }), {
        kept: "Nothing was started",
        stopping: "Stopping after this step, and planning by those that were taken",
        progress: bar,
      });
    }
    await refuseMissing(experiments, options);
    return await interruptible(async (signal) => {
      const told = (experiment: Experiment, event: RunEvent) => tellEvent(experiment, event, options.runs);
      const shownTo = { progress: bar, epochs: true, told: given.flags.json ? told : undefined };
      const records = await runAll(experiments, { ...options, ...shownTo, signal });
      bar[Symbol.dispose]();
      for (const record of records) {
        print(`${record.experiment.name}: ${shown(await findFolder(options.runs, record.id) ?? options.runs)}`);
      }
      print("");
      await printComparison(await compareRecords(records));
      return 0;
    }, { progress: bar, ...whenInterrupted(given, options.runs) });
  },
};

/** What Ctrl-C leaves. A second --fresh would throw away the checkpoint that the first one's run has left. */
function whenInterrupted(given: Given, runs: string): Pick<Interruptible, "kept" | "stopping"> {
  const again = typedAgain(given, { without: ["fresh"] });
  if (given.flags.detach) {
    const kept =
      `The run goes on by itself; deno task list names its process, deno task stop RUN ends it and keeps its ` +
      `checkpoint. Watch it again with: ${again}`;
    return { stopping: "Leaving the run to itself", kept };
  }
  return { kept: `The checkpoint is kept in "${shown(runs)}"; go on with: ${again}` };
}

/** Writes an event as a line of JSON; what only moves a progress bar is left out. */
async function tellEvent({ name, seed }: Experiment, event: RunEvent, runs: string): Promise<void> {
  if (["making", "evaluate", "probe"].includes(event.kind)) return;
  if (event.kind !== "done") return printJson({ name, seed, ...event });
  const { steps: _steps, scores: _scores, probe: _probe, validation: _validation, ...record } = event.record;
  printJson({ name, seed, kind: "done", folder: await findFolder(runs, record.id), record });
}
