import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { meant } from "../definition/nearest.ts";
import type { Experiment } from "../experiment.ts";
import { writeAtomic } from "../runs/atomic.ts";
import { checkWritable } from "../runs/store.ts";
import { duration } from "../report/numbers.ts";
import { progress } from "../terminal/progress.ts";
import type { RunRecord } from "../types.ts";
import {
  backendNames,
  BACKENDS,
  choice,
  type Command,
  type Given,
  typedAgain,
  UsageError,
  wholeNumber,
} from "./command.ts";
import { demoAll } from "./demo_all.ts";
import { download, downloadLine } from "./download.ts";
import { interruptible } from "./interrupt.ts";
import { load, shown, userPath } from "./places.ts";
import { print, printJson, quoted, TASK } from "./print.ts";
import { besidePublished } from "./published.ts";
import { runAll } from "./run_all.ts";
import { runsInShort } from "./runs_in_short.ts";
import { allSystems } from "./systems.ts";
import { threadsOption } from "./thread_options.ts";

import type { Method } from "../../experiments/pocket.ts";

type Pocket = typeof import("../../experiments/pocket.ts");
type Report = typeof import("../report/mod.ts");

/** Trains the variants of the dual-loss ablation, or of every system's, on the pocket world and shows the answer. */
export const demo: Command = {
  summary: "trains the dual-loss ablation, or every system's, on the pocket world and shows the answer",
  help: `deno task demo [OPTIONS]

Trains four variants of one detector on the photographs and generators of the pocket world, tests each on
generators of which it saw one, prints accuracy and AUC with 95 % intervals and the paired difference between
dual and contrastive-only, and writes them to a page with the definition, tables that sort, figures by
generator, epoch and step, and what was published. Takes about seven minutes on two cores;
finished runs are found again, so that a second demo answers in seconds.

With --all it trains the headline ablation of every system (experiments/systems.ts) under three seeds, tells for each
what its published claims come to here, and writes a page for each; deno task results then writes them all up.

  --quick           two variants, half of the steps: about two minutes
  --all             the ablations of all systems: within an hour on two cores
  --systems A,B     of these systems only; as --all with the others left out
  --seeds N         train every variant with the seeds 1…N; default: 1, with --all 3
  --methods A,B     only these of plain, with-reconstructions, contrastive-only, dual
  --backend NAME    ${backendNames}; default: auto
  --threads N       threads; on wasm results do not depend on it; default: one for each core
  --runs DIR        where runs and the page go; default: runs

Examples:
  deno task demo --quick
  deno task demo --seeds 3
  deno task demo --all
  deno task demo --methods plain,dual`,
  json: "one object at the end, with the page's file, the seconds that everything took, each run (name, seed, id, " +
    "folder, seconds, metrics by test set), and the rows of the comparison and of the paired differences; with --all the " +
    "seconds and of each system its page, its runs, its paired differences and what its claims come to",
  values: ["seeds", "methods", "systems", "backend", "threads", "runs"],
  flags: ["quick", "all"],
  operands: [0, 0],
  async run(given) {
    if (given.flags.all || given.values.systems !== undefined) return await demoAll(given);
    const seeds = wholeNumber(given, "seeds", [1, 1000]) ?? 1;
    const backend = choice(given, "backend", BACKENDS) ?? "auto";
    const threads = threadsOption(given);
    const runs = userPath(given.values.runs ?? "runs");
    await checkWritable(runs);

    const began = performance.now();
    using bar = progress();
    const entries = ["lib/run.ts", "lib/report/mod.ts", "experiments/pocket.ts"];
    bar.say(downloadLine(await download(entries, bar)));
    const experiments = chosen(await load<Pocket>("experiments/pocket.ts"), given, seeds);
    const count = experiments.length === 1 ? "1 detector" : `${experiments.length} detectors`;
    bar.say(`Training ${count} on the pocket world; finished runs are kept in "${shown(runs)}"`);

    const kept = `Finished runs and the checkpoint of the one at hand are kept in "${shown(runs)}"; ` +
      `go on with: ${typedAgain(given)}`;
    return await interruptible(async (signal) => {
      const records = await runAll(experiments, { runs, backend, threads, signal, progress: bar });
      bar[Symbol.dispose]();
      const { file, ...tables } = await conclude(records, runs, given);
      const seconds = (performance.now() - began) / 1000;
      printJson({ page: file, seconds, runs: await runsInShort(records, runs), ...tables });
      print(`\nEverything took ${duration(seconds)}. The page with table and figures is at`);
      print(`  ${pathToFileURL(file)}`);
      print("\nWhat next:");
      for (const { text, command } of nextSteps(given)) print(`  ${text}\n    ${command}`);
      return 0;
    }, { kept, progress: bar });
  },
};

/** The definitions that the options ask for, method by method. */
function chosen(pocket: Pocket, given: Given, seeds: number): Experiment[] {
  const known = Object.keys(pocket.methods) as Method[];
  const typed = given.values.methods?.split(",").map((name) => name.trim()).filter((name) => name !== "");
  const names = typed ?? (given.flags.quick ? pocket.quickMethods : known);
  for (const name of names) {
    if (known.some((one) => one === name)) continue;
    throw new UsageError(
      `Cannot read "--methods ${given.values.methods}": unknown method "${name}", ${meant(name, known, "methods")}`,
    );
  }
  if (names.length === 0) throw new UsageError(`Cannot read "--methods": expected some of ${known.join(", ")}`);
  const all = Array.from({ length: seeds }, (_, i) => i + 1);
  return known.filter((name) => names.includes(name)).flatMap((name) =>
    all.map((seed) => given.flags.quick ? pocket.quick(pocket.methods[name]({ seed })) : pocket.methods[name]({ seed }))
  );
}

/** What the demo found: the page's path, and rows of its tables. */
interface Conclusion {
  readonly file: string;
  readonly comparison: readonly object[];
  readonly differences: readonly object[];
}

/** Prints the answer and writes the page. */
async function conclude(records: readonly RunRecord[], runs: string, given: Given): Promise<Conclusion> {
  const report = await load<Report>("lib/report/mod.ts");
  const system = (await allSystems())["dual-loss"];
  const { question } = system;
  const table = report.compare(records);
  print(`\n${report.comparisonText(table)}`);
  const methods = report.methodNames(table);
  const answers = methods.includes(question.of) && methods.includes(question.against) ? [question] : [];
  const found: object[] = [];
  for (const pair of answers) {
    const differences = report.differences(records, pair);
    found.push(...differences.objects());
    print(`\n${report.differenceText(differences)}\n\n${report.differenceSentence(differences)}`);
  }
  print("\n" + report.intervalNote(Math.max(...table.array("seeds") as number[])));
  const note = report.probeNote(table);
  if (note !== null) print(`\n${note}`);
  const html = await report.page(records, {
    question: "Does the dual loss help?",
    differences: answers,
    published: await besidePublished(system, records) ?? undefined,
    next: nextSteps(given),
  });
  const file = join(runs, "demo.html");
  await writeAtomic(file, html);
  return { file, comparison: table.objects(), differences: found };
}

/** Three things to do with the answer; what was just done is not among them. */
function nextSteps(given: Given): { text: string; command: string }[] {
  const { methods, seeds, runs } = given.values;
  const whole = !given.flags.quick && methods === undefined;
  const steps = [
    ...(whole ? [] : [{ text: "Train all four variants in full:", command: "demo" }]),
    ...(seeds === undefined ? [{ text: "See how much another seed changes:", command: "demo --seeds 3" }] : []),
    { text: "Run what a file defines, this one or one of your own:", command: "run experiments/pocket.ts --seed 7" },
    { text: "Set finished runs side by side:", command: "compare plain dual" },
    { text: "List what was trained:", command: "list" },
  ];
  const where = runs === undefined ? "" : ` --runs ${quoted(runs)}`;
  return steps.slice(0, 3).map(({ text, command }) => ({ text, command: `${TASK} ${command}${where}` }));
}
