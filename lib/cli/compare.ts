import { meant } from "../definition/nearest.ts";
import { listRuns, readRecord, type StoredRun } from "../runs/store.ts";
import { printable } from "../terminal/width.ts";
import type { RunRecord } from "../types.ts";
import { type Command, UsageError } from "./command.ts";
import { load, shown, userPath } from "./places.ts";
import { print } from "./print.ts";

/** Sets runs side by side. */
export const compare: Command = {
  summary: "sets runs side by side: a table and paired differences",
  help: `deno task compare [RUN…] [--runs DIR]

Prints accuracy, AUC and average precision of finished runs on each of their test sets, with 95 % bootstrap
intervals over source photographs, and the paired differences between the last method named and the others.
Runs that differ only in their seed are averaged.

A RUN is a name, the beginning of an id, or a run's folder; without any, all finished runs are compared.

  --runs DIR   the runs folder; default: runs

Examples:
  deno task compare
  deno task compare contrastive dual
  deno task compare c3bbf8 runs/plain-*`,
  values: ["runs"],
  flags: [],
  operands: [0, Infinity],
  async run(given) {
    const runs = userPath(given.values.runs ?? "runs");
    const records = await Promise.all((await chosen(runs, given.operands)).map((run) => readRecord(run.folder)));
    await printComparison(records);
    return 0;
  },
};

/** Prints the table of some runs and what the last of their methods gained on each of the others. */
export async function printComparison(records: readonly RunRecord[]): Promise<void> {
  const report = await load<typeof import("../report/mod.ts")>("lib/report/mod.ts");
  const table = report.compare(records);
  print(report.comparisonText(table));
  const methods = report.methodNames(table);
  const last = methods.pop();
  if (last === undefined) return;
  for (const against of methods) {
    try {
      print(`\n${report.differenceText(report.differences(records, { of: last, against }))}`);
    } catch (error) {
      // runs without a seed in common, or tested on different photographs, have a table and no paired difference
      if (!(error instanceof RangeError)) throw error;
      print(`\n${printable(error.message)}`);
    }
  }
  print(`\n${report.intervalNote(Math.max(...table.array("seeds") as number[]))}`);
  const note = report.probeNote(table);
  if (note !== null) print(`\n${note}`);
}

async function chosen(runs: string, wanted: readonly string[]): Promise<StoredRun[]> {
  const all = await listRuns(runs);
  const done = all.filter((run) => run.record?.status === "done");
  if (done.length === 0) {
    throw new Error(`Cannot compare runs in "${shown(runs)}": none is finished. Make some with: deno task demo`);
  }
  if (wanted.length === 0) return done;
  const picked = wanted.flatMap((word) => {
    const found = all.filter((run) => means(run, word));
    if (found.length === 0) {
      const names = [...new Set(done.map((run) => run.record!.experiment.name))];
      throw new UsageError(`Cannot compare "${word}": no such run in "${shown(runs)}", ${meant(word, names, "runs")}`);
    }
    const finished = found.filter((run) => run.record?.status === "done");
    if (finished.length === 0) {
      const [{ folder, problem }] = found;
      throw new Error(problem ?? `Cannot compare "${word}": the run in "${shown(folder)}" is not finished`);
    }
    return finished;
  });
  return [...new Set(picked)];
}

function means(run: StoredRun, word: string): boolean {
  return run.record?.experiment.name === word || userPath(word).replace(/[\\/]+$/, "") === run.folder ||
    (/^[0-9a-f]{4,64}$/.test(word) && (run.record?.id ?? run.shortId).startsWith(word));
}
