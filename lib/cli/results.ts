import { join } from "node:path";
import type { Method } from "../../experiments/pocket.ts";
import { fingerprint } from "../definition/fingerprint.ts";
import { writeAtomic } from "../runs/atomic.ts";
import { type FinishedRun, isFinished, listRuns } from "../runs/index.ts";
import { readRecord } from "../runs/store.ts";
import type { RunRecord } from "../types.ts";
import type { Command } from "./command.ts";
import { load, ROOT, shown, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";
import { besidePublished } from "./published.ts";

type Pocket = typeof import("../../experiments/pocket.ts");
type Layout = typeof import("../layouts/pocket.ts");
type Text = typeof import("./results_text.ts");

/** Writes the results of the ablation on the pocket world, from the runs that made them. */
export const results: Command = {
  summary: "writes docs/results.md from the finished runs of the ablation",
  help: `deno task results [OPTIONS]

Reads the finished runs of the four variants of experiments/pocket.ts, every seed there is, and writes them up:
accuracy and AUC by generator with 95 % intervals, paired differences with each seed's own, embedding distances,
epochs to the best validation accuracy, time, and what was published. Equal runs give an equal file. Every
variant needs the same seeds, and every run the pocket world that is shipped.

  --runs DIR   the runs folder; default: runs
  --out FILE   where to write; default: docs/results.md of the checkout

Examples:
  deno task demo --seeds 5 && deno task results
  deno task results --runs /tmp/runs --out /tmp/results.md`,
  json: "one object with the file that was written and how many runs stand in it",
  values: ["runs", "out"],
  flags: [],
  operands: [0, 0],
  async run(given) {
    const runs = userPath(given.values.runs ?? "runs");
    const out = given.values.out === undefined ? join(ROOT, "docs/results.md") : userPath(given.values.out);
    const { methods } = await load<Pocket>("experiments/pocket.ts");
    const records = await finished(runs, methods);
    const { pocketIdentity } = await load<Layout>("lib/layouts/pocket.ts");
    const world = await pocketIdentity();
    refuseOtherWorlds(records, { world, runs });
    const { resultsText } = await load<Text>("lib/cli/results_text.ts");
    const text = resultsText(records, { world, published: await besidePublished(records) });
    await Deno.mkdir(join(out, ".."), { recursive: true });
    await writeAtomic(out, text);
    printJson({ file: out, runs: records.length });
    print(`${records.length} runs are written up in "${shown(out)}"`);
    return 0;
  },
};

/**
 * The finished runs of all methods as they are defined now, method by method, by rising seed.
 *
 * @throws {Error} when a method has none, or not the seeds of the others
 */
async function finished(runs: string, methods: Pocket["methods"]): Promise<RunRecord[]> {
  const names = Object.keys(methods) as Method[];
  const found = names.map((): FinishedRun[] => []);
  const definitions = new Map<number, string[]>(); // by seed: the fingerprint of each method
  let others = 0;
  for await (const run of listRuns(runs)) {
    if (!isFinished(run)) continue;
    const { seed } = run;
    const prints = definitions.get(seed) ?? names.map((name) => fingerprint(methods[name]({ seed })));
    definitions.set(seed, prints);
    const method = prints.indexOf(run.fingerprint);
    if (method < 0) others++;
    else found[method].push(run);
  }
  for (const of of found) of.sort((a, b) => a.seed - b.seed);
  const seeds = found.map((of) => of.map(({ seed }) => seed).join(", "));
  if (seeds.includes("") || new Set(seeds).size > 1) {
    const there = names.map((name, i) => `  ${name}: ${seeds[i] === "" ? "none" : `seeds ${seeds[i]}`}`).join("\n");
    const foreign = others === 1 ? "1 finished run of another definition" : `${others} finished runs of others`;
    throw new Error(
      `Cannot write the results of runs in "${shown(runs)}": expected every variant under the same seeds, found\n` +
        `${there}\n${others === 0 ? "" : `and ${foreign}. `}` +
        `Make what is missing with: deno task demo --seeds ${Math.max(5, ...found.flat().map(({ seed }) => seed))}`,
    );
  }
  return await Promise.all(found.flat().map(({ folder }) => readRecord(folder)));
}

/** Results speak of the world that a reader has. */
function refuseOtherWorlds(records: readonly RunRecord[], { world, runs }: { world: string; runs: string }): void {
  const other = records.find(({ environment }) => environment.hashes.pocket !== world);
  if (other === undefined) return;
  const { experiment: { name, seed }, environment } = other;
  throw new Error(
    `Cannot write the results of "${name}", seed ${seed}, in "${shown(runs)}": it was made on the pocket world ` +
      `${environment.hashes.pocket?.slice(0, 12) ?? "of no hash"}, the one shipped is ${world.slice(0, 12)}. ` +
      "Move the runs away or name another folder with --runs, and make them with: deno task demo --seeds 5",
  );
}
