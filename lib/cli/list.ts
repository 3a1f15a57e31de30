import { duration } from "../report/numbers.ts";
import { printable } from "../terminal/width.ts";
import { listRuns, type StoredRun } from "../runs/store.ts";
import type { Command } from "./command.ts";
import { load, shown, userPath } from "./places.ts";
import { print } from "./print.ts";

/** Lists the runs of a folder. */
export const list: Command = {
  summary: "lists the runs in the runs folder",
  help: `deno task list [--runs DIR]

Lists every run in the runs folder, oldest first: name, id, status, when it began, how long it took and its
accuracy on the test sets (the mean over them). A run whose record cannot be read is listed with the reason.

  --runs DIR   the runs folder; default: runs

Example:
  deno task list`,
  values: ["runs"],
  flags: [],
  operands: [0, 0],
  async run(given) {
    const runs = userPath(given.values.runs ?? "runs");
    const found = await listRuns(runs);
    if (found.length === 0) {
      print(`No runs in "${shown(runs)}". Make some with: deno task demo`);
      return 0;
    }
    const { alignedText } = await load<typeof import("../report/text.ts")>("lib/report/text.ts");
    print(alignedText([
      { title: "name", cells: found.map(name), shrinks: true },
      { title: "id", cells: found.map((run) => run.shortId) },
      { title: "status", cells: found.map(status) },
      { title: "began", cells: found.map((run) => run.record?.started.slice(0, 16).replace("T", " ") ?? "") },
      {
        title: "took",
        cells: found.map((run) => run.record === null ? "" : duration(run.record.seconds)),
        right: true,
      },
      { title: "accuracy", cells: found.map(accuracy), right: true },
    ]));
    for (const { problem } of found) if (problem !== null) print(`\n${printable(problem)}`);
    return 0;
  },
};

function name(run: StoredRun): string {
  return printable(run.record?.experiment.name ?? run.folder.replace(/^.*[\\/]/, "").slice(0, -13));
}

function status(run: StoredRun): string {
  if (run.writer !== null) return `running (${run.writer.pid})`;
  if (run.problem !== null) return "broken";
  return run.record?.status ?? "unfinished";
}

/** Mean over the test sets. */
function accuracy({ record }: StoredRun): string {
  const values = Object.values(record?.metrics ?? {}).map((metrics) => metrics.accuracy).filter(Number.isFinite);
  return values.length === 0 ? "" : `${(100 * values.reduce((a, b) => a + b) / values.length).toFixed(1)} %`;
}
