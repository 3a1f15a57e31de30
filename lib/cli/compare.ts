import type { ColumnTable } from "../report/table.ts";
import { thousands } from "../report/numbers.ts";
import { type FinishedRun, isFinished, type StoredRun } from "../runs/index.ts";
import { readRecord } from "../runs/store.ts";
import { printable } from "../terminal/width.ts";
import type { RunRecord } from "../types.ts";
import { chooseByWord, chooseRuns, RUN_HELP } from "./choose_runs.ts";
import type { Command } from "./command.ts";
import { load, shown, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";

type Report = typeof import("../report/mod.ts");

/** Intervals of so many runs take seven seconds (0.17 s each at 4,375 test images), of ten thousand half an hour. */
const MOST_WITH_INTERVALS = 40;

/** Sets runs side by side. */
export const compare: Command = {
  summary: "sets runs side by side: a table and paired differences",
  help: `deno task compare [RUN…] [--runs DIR]

Prints a line for each method: in what the definitions differ, then accuracy, AUC and average precision, as means
over the test sets and over those of generators it was not trained on. Runs that differ only in their seed are
averaged. Of up to ${MOST_WITH_INTERVALS} runs it then prints the numbers on each test set, with 95 % bootstrap intervals over source
photographs, every other metric as a mean over test sets, how many epochs each method took to come within half a point
of its best validation accuracy, and the paired differences between the last method named and the others.

${RUN_HELP}; without any, all
finished runs are compared.

  --runs DIR   the runs folder; default: runs

Examples:
  deno task compare
  deno task compare contrastive dual
  deno task compare c3bbf8 runs/plain-*`,
  json: "one object, the rows of each table",
  values: ["runs"],
  flags: [],
  operands: [0, Infinity],
  async run(given) {
    const runs = userPath(given.values.runs ?? "runs");
    const comparison = await compareStored(await finishedRuns(runs, given.operands));
    if (given.flags.json) printJson(comparisonRows(comparison));
    else await printComparison(comparison);
    return 0;
  },
};

/** What is told of some finished runs. */
export interface Comparison {
  /** A row for each method, as `overview` gives it. */
  readonly methods: ColumnTable;
  /** A row for each method and test set, with intervals, as `compare` gives it; null: there are too many runs. */
  readonly sets: ColumnTable | null;
  /** Every metric of every method on each test set and over them, as `everyMetric` gives it; null as `sets`. */
  readonly metrics: ColumnTable | null;
  /** What the last method gained on each of the others, or why the two cannot be paired. */
  readonly differences: readonly (ColumnTable | string)[];
  /** How many runs. */
  readonly runs: number;
}

/** Compares runs of a store, of which scores are read only where they are so few that intervals are told. */
export async function compareStored(runs: readonly FinishedRun[]): Promise<Comparison> {
  if (runs.length > MOST_WITH_INTERVALS) return await compareMeans(runs);
  return await compareRecords(await Promise.all(runs.map(({ folder }) => readRecord(folder))));
}

/** Compares records, with intervals where they are few. */
export async function compareRecords(records: readonly RunRecord[]): Promise<Comparison> {
  if (records.length > MOST_WITH_INTERVALS) return await compareMeans(records);
  const report = await load<Report>("lib/report/mod.ts");
  const sets = report.compare(records);
  const names = report.methodNames(sets);
  const of = names.pop()!;
  const differences = names.map((against) => {
    try {
      return report.differences(records, { of, against });
    } catch (error) {
      // runs without a seed in common, or tested on different photographs, have a table and no paired difference
      if (!(error instanceof RangeError)) throw error;
      return error.message;
    }
  });
  const methods = report.overview(records);
  return { methods, sets, metrics: report.everyMetric(records), differences, runs: records.length };
}

async function compareMeans(runs: readonly FinishedRun[] | readonly RunRecord[]): Promise<Comparison> {
  const { overview } = await load<Report>("lib/report/mod.ts");
  return { methods: overview(runs), sets: null, metrics: null, differences: [], runs: runs.length };
}

/** A comparison in plain values: what is a table there is a list of rows here. */
export function comparisonRows({ methods, sets, metrics, differences, runs }: Comparison): Record<string, unknown> {
  return {
    runs,
    methods: methods.objects(),
    sets: sets?.objects() ?? null,
    metrics: metrics?.objects() ?? null,
    differences: differences.map((one) => typeof one === "string" ? { problem: one } : { rows: one.objects() }),
  };
}

/** Prints a comparison: its tables, then what they do and do not say. */
export async function printComparison({ methods, sets, metrics, differences, runs }: Comparison): Promise<void> {
  const report = await load<Report>("lib/report/mod.ts");
  // a pipe has no width: what reads it may want all columns
  const width = Deno.stdout.isTerminal() ? Math.max(60, Deno.consoleSize().columns) : Infinity;
  print(report.overviewText(methods, { width }));
  if (sets === null || metrics === null) {
    print(
      `\n${
        thousands(runs)
      } runs are compared by the means that their records hold. For intervals and for the numbers on ` +
        `each test set name at most ${MOST_WITH_INTERVALS} of them: deno task compare RUN…`,
    );
    return;
  }
  print(`\n${report.comparisonText(sets)}`);
  print(`\n${report.meansText(metrics, { compared: sets, width })}`);
  for (const one of differences) print(`\n${typeof one === "string" ? printable(one) : report.differenceText(one)}`);
  print(`\n${report.METRICS_NOTE}`);
  const epochs = (sets.array("epochsToReach") as (number | null)[]).some((value) => value !== null);
  if (epochs) print(`\n${report.EPOCHS_NOTE}`);
  print(`\n${report.intervalNote(Math.max(...sets.array("seeds") as number[]))}`);
  const note = report.probeNote(sets);
  if (note !== null) print(`\n${note}`);
}

/**
 * The finished ones of the runs that words name, of all without words.
 *
 * @throws {Error} when a word names none that is finished, or the folder has none
 */
async function finishedRuns(runs: string, words: readonly string[]): Promise<FinishedRun[]> {
  if (words.length === 0) {
    const finished = (await chooseRuns(runs, [])).filter(isFinished);
    if (finished.length > 0) return finished;
    throw new Error(`Cannot compare runs in "${shown(runs)}": none is finished. Make some with: deno task demo`);
  }
  const picked = await chooseByWord(runs, words);
  return [
    ...new Set(picked.flatMap((found, i) => {
      const finished = found.filter(isFinished);
      if (finished.length === 0) throw new Error(unfinished(words[i], found[0]));
      return finished;
    })),
  ];
}

function unfinished(word: string, { folder, problem, status }: StoredRun): string {
  return problem ?? `Cannot compare "${word}": the run in "${shown(folder)}" is not finished, it is ${status}`;
}
