/** `deno task bench:check`: whether the code at hand is slower than the code that the baseline was measured with. */
import { type Command, type Given, readArguments, UsageError, wholeNumber } from "../lib/cli/command.ts";
import { commandHelp, exitCodes } from "../lib/cli/help.ts";
import { interruptible } from "../lib/cli/interrupt.ts";
import { complain, print } from "../lib/cli/print.ts";
import { builtAddon } from "../lib/engine/tensorflow/installed.ts";
import { progress } from "../lib/terminal/progress.ts";
import { check } from "./gate/compare.ts";
import { BUDGET, type Rounds } from "./gate/rounds.ts";
import { suites } from "./gate/suites.ts";
import { update } from "./gate/update.ts";
import { here } from "./gate/watch.ts";

const command: Command = {
  summary: "whether anything has become slower than the committed baseline",
  help: `deno task bench:check [OPTIONS]

Measures what the files bench/*_bench.ts declare, each bench on one thread and in turns with a reference computation, and
compares the ratio of the two with bench/baseline.json. Times are processor time, so that other work on the machine
counts as little as can be, and the median of two to five processes is what counts. What lies outside of its band by
that is measured in turns with the commit that last changed the baseline, and called slower by the median of eleven
turns. Takes some minutes; what was measured is put behind bench/history.jsonl.

Ratios hold for one model of processor. On one that the baseline does not know, the commit that last changed the
baseline is measured here beside the code at hand, which takes twice as long and needs the repository's history.

  --short          the kernels on wasm and a few of the rest, in two or three minutes
  --only TEXT      benches whose name contains it, such as "softmax" or "losses on wasm"
  --against COMMIT compares with that commit, measured here, instead of with the baseline
  --update         writes the baseline of this processor, of committed code: measures all so many times and takes the
                   medians, and bands from how far runs lie off them
  --runs N         how many times; default: 6

Examples:
  deno task bench:check
  deno task bench:check --short
  deno task bench:check --only "layer norm" --against main`,
  exits: "1 also where a bench is slower",
  values: ["only", "against", "runs"],
  flags: ["short", "update"],
  operands: [0, 0],
  async run(given) {
    const { only = "", against } = given.values;
    const form = given.flags.short ? "short" : "full";
    if (given.flags.update && against !== undefined) {
      throw new UsageError('Cannot run "bench:check": --update writes a baseline, and --against looks at none');
    }
    const runs = wholeNumber(given, "runs", [2, 100]);
    if (runs !== null && !given.flags.update) {
      throw new UsageError('Cannot run "bench:check": --runs goes with --update');
    }
    const tensorflow = builtAddon() !== null;
    using bar = progress();
    if (!tensorflow && form === "full") bar.say("Without tensorflow, which is not built: deno task engine:tensorflow");
    return await interruptible(async (signal) => {
      const wanted = { form, only, budget: BUDGET, program: here, signal } as const;
      const rounds: Rounds = {
        ...wanted,
        suites: suites({ form, tensorflow }),
        told: (share, text) => bar.update(share, 1, text),
      };
      return await (given.flags.update ? update(rounds, { runs: runs ?? 6, bar }) : check(rounds, { against, bar }));
    }, { kept: "Nothing is kept; begin again with the same command", progress: bar, stopping: "Stopping" });
  },
};

/** Reads what was typed and does it; resolves to the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const given: Given = readArguments("bench:check", command, args);
    if (!given.flags.help) return await command.run(given);
    print(commandHelp(command));
    return exitCodes.done;
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    return error instanceof UsageError ? exitCodes.notUnderstood : exitCodes.error;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
