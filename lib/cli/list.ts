import { duration, thousands } from "../report/numbers.ts";
import { byAge, listRuns, type StoredRun } from "../runs/index.ts";
import { printable } from "../terminal/width.ts";
import { type Command, type Given, UsageError, wholeNumber } from "./command.ts";
import { load, shown, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";

const LIMIT = 50;

/** Lists the runs of a folder. */
export const list: Command = {
  summary: "lists the runs in the runs folder",
  help: `deno task list [--limit N|all] [--runs DIR]

Lists the newest runs in the runs folder, oldest first: name, id, status, when it began, how long it took, the
whole epochs and the steps behind it, and its accuracy on the test sets (the mean over them). Below stands why a
run failed, and of a run whose record cannot be read the reason.

  --limit N    how many, or all; default: ${LIMIT}
  --runs DIR   the runs folder; default: runs

Examples:
  deno task list
  deno task list --limit all`,
  json: "one object, the runs as they are listed and how many older ones are not",
  values: ["limit", "runs"],
  flags: [],
  operands: [0, 0],
  async run(given) {
    const runs = userPath(given.values.runs ?? "runs");
    const { rows, older } = await newestRows(listRuns(runs), limitOf(given));
    printJson({ runs: rows, older });
    if (given.flags.json) return 0;
    if (rows.length === 0) {
      print(`No runs in "${shown(runs)}". Make some with: deno task demo`);
      return 0;
    }
    const { alignedText } = await load<typeof import("../report/text.ts")>("lib/report/text.ts");
    print(alignedText([
      { title: "name", cells: rows.map((row) => printable(row.name)), shrinks: true },
      { title: "id", cells: rows.map((row) => row.id.slice(0, 12)) },
      { title: "status", cells: rows.map(status) },
      { title: "began", cells: rows.map(({ started }) => started?.slice(0, 16).replace("T", " ") ?? "") },
      { title: "took", cells: rows.map(({ seconds }) => seconds === null ? "" : duration(seconds)), right: true },
      { title: "epochs", cells: rows.map(epochs), right: true },
      { title: "steps", cells: rows.map(({ steps }) => steps === null ? "" : String(steps)), right: true },
      {
        title: "accuracy",
        cells: rows.map(({ accuracy }) => accuracy === null ? "" : `${(100 * accuracy).toFixed(1)} %`),
        right: true,
      },
    ]));
    for (const { name, id, problem, error } of rows) {
      if (problem !== null) print(`\n${printable(problem)}`);
      else if (error !== null) print(`\n${printable(`${name} (${id.slice(0, 12)}) failed: ${error}`)}`);
    }
    if (older > 0) {
      print(`\n${older === 1 ? "1 older run is" : `${thousands(older)} older runs are`} not shown; see --limit all`);
    }
    return 0;
  },
};

/** A run as it is listed, in plain values; null is what is not known. */
export interface ListRow extends Omit<StoredRun, "shortId" | "experiment" | "metrics"> {
  /** Of a run without a record its first twelve digits. */
  readonly id: string;
  /** How many epochs its definition asks for; null also where its schedule decides. */
  readonly plannedEpochs: number | null;
  /** Mean over the test sets, 0…1. */
  readonly accuracy: number | null;
}

/** What the list tells of a run. */
export function listRow({ shortId, experiment, metrics, ...run }: StoredRun): ListRow {
  return {
    ...run,
    id: run.id ?? shortId,
    plannedEpochs: experiment?.epochs ?? null,
    accuracy: accuracyOf(metrics ?? {}),
  };
}

/**
 * What the list tells of the newest of some runs, oldest first, and how many older ones there are. No more rows are held
 * than twice the limit, and nothing of a run that is in none.
 */
export async function newestRows(
  runs: AsyncIterable<StoredRun>,
  limit: number,
): Promise<{ rows: ListRow[]; older: number }> {
  let rows: ListRow[] = [];
  let count = 0;
  for await (const run of runs) {
    count++;
    rows.push(listRow(run));
    if (rows.length >= 2 * limit) rows = rows.sort(byAge).slice(-limit);
  }
  rows = rows.sort(byAge).slice(-limit);
  return { rows, older: count - rows.length };
}

function limitOf(given: Given): number {
  if (given.values.limit === "all") return Infinity;
  try {
    return wholeNumber(given, "limit", [1, Number.MAX_SAFE_INTEGER]) ?? LIMIT;
  } catch {
    throw new UsageError(`Cannot read "--limit ${given.values.limit}": expected a whole number from 1, or all`);
  }
}

function status({ status, writer }: ListRow): string {
  return writer === null ? status : `${status} (${writer.pid})`;
}

function epochs({ epochs, plannedEpochs, status }: ListRow): string {
  if (epochs === null) return "";
  return plannedEpochs === null || status === "done" ? String(epochs) : `${epochs}/${plannedEpochs}`;
}

function accuracyOf({ mean, ...sets }: NonNullable<StoredRun["metrics"]>): number | null {
  if (Number.isFinite(mean?.accuracy)) return mean.accuracy;
  const values = Object.values(sets).map(({ accuracy }) => accuracy).filter(Number.isFinite);
  return values.length === 0 ? null : values.reduce((a, b) => a + b) / values.length;
}
