import { join } from "node:path";
import type { Command } from "./command.ts";
import { load, ROOT, shown, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";
import { allSystems, chosenSystems } from "./systems.ts";

type Layout = typeof import("../layouts/pocket.ts");
type Runs = typeof import("./system_runs.ts");
type Write = typeof import("./results_write.ts");

/** Writes the results of the systems' ablations on the pocket world, from the runs that made them. */
export const results: Command = {
  summary: "writes docs/results.md from the finished runs of all systems",
  help: `deno task results [OPTIONS]

Reads the finished runs of the headline ablation of every system (experiments/systems.ts), every seed there is, and writes
them up: what the published claims come to, then for each system accuracy and AUC by generator with 95 % intervals, the
ablation, paired differences with p-values and each seed's own, embedding distances, epochs, time, and what was
published. Pictures go into the folder "figures" beside the page, and the numbers into a file of JSON beside it, which
deno task check-results compares with. Equal runs give equal files. All variants of a system need the same seeds, and
every run the pocket world that is shipped.

  --systems A,B   only these systems; default: all
  --runs DIR      the runs folder; default: runs
  --out FILE      where to write, a name that ends in .md; default: docs/results.md of the checkout

Examples:
  deno task demo --all && deno task results
  deno task results --systems dual-loss --runs /tmp/runs --out /tmp/results.md`,
  json: "one object with the files that were written and how many runs stand in them",
  values: ["systems", "runs", "out"],
  flags: [],
  operands: [0, 0],
  async run(given) {
    const runs = userPath(given.values.runs ?? "runs");
    const out = given.values.out === undefined ? join(ROOT, "docs/results.md") : userPath(given.values.out);
    const all = await allSystems();
    const systems = chosenSystems(all, given.values.systems);
    const { pocketIdentity } = await load<Layout>("lib/layouts/pocket.ts");
    const world = await pocketIdentity();
    const { systemRuns } = await load<Runs>("lib/cli/system_runs.ts");
    const found = await systemRuns(runs, { systems, world });
    const { writeResults } = await load<Write>("lib/cli/results_write.ts");
    const { numbers, pictures } = await writeResults(found, { out, world, all: systems === all });
    const count = found.reduce((sum, { records }) => sum + records.length, 0);
    printJson({ file: out, numbers, pictures, runs: count });
    print(
      `${count} runs are written up in "${shown(out)}", with ${pictures.length} pictures and the numbers in ` +
        `"${shown(numbers)}"`,
    );
    return 0;
  },
};
