import { readRecord } from "../runs/store.ts";
import { printable } from "../terminal/width.ts";
import { type Command, UsageError } from "./command.ts";
import { lookAt, type LookedAt, oneRun } from "./one_run.ts";
import { userPath } from "./places.ts";
import { complain, print, printJson } from "./print.ts";
import { type RunFile, runFiles } from "./run_files.ts";
import { runText } from "./show_text.ts";

/** Shows all of one run. */
export const show: Command = {
  summary: "shows all of one run: definition, epochs, metrics, files",
  help: `deno task show RUN [OPTIONS]

Shows one run from end to end: how it stands, when, where and with what it was made, its definition, a line for
every epoch, the metrics on each test set, the steps that were left out, the files in its folder, and what can be
done next. A run that says it is running while no process holds it was interrupted.

RUN is a name, the beginning of an id, or a run's folder.

  --runs DIR   the runs folder; default: runs
  --scores     with --json: also the score of every test image

Examples:
  deno task show dual
  deno task show c3bbf8 --json | jq .record.metrics
  deno task show runs/dual-c3bbf8d1e5f5`,
  json: "one object, the record and the files; --scores adds the score of every test image",
  exits: "1 also when its record cannot be read, 2 when no run or several are called so",
  values: ["runs"],
  flags: ["scores"],
  operands: [1, 1],
  async run({ operands: [word], values, flags }) {
    if (flags.scores && !flags.json) {
      throw new UsageError('Cannot run "show": --scores goes with --json, which lists them');
    }
    const runs = userPath(values.runs ?? "runs");
    const run = await lookAt(await oneRun(runs, word));
    const files = await runFiles(run.folder);
    if (flags.json) printJson(await runDocument(run, { files, scores: flags.scores }));
    else print(runText(run, { files, runs: values.runs }));
    if (run.problem !== null) complain(printable(run.problem));
    return run.problem === null ? 0 : 1;
  },
};

/** All of a run as one value: what `--json` writes. */
export async function runDocument(
  { header, ...run }: LookedAt,
  { files, scores }: { readonly files: readonly RunFile[]; readonly scores: boolean },
): Promise<object> {
  const columns = scores && header !== null ? await readRecord(run.folder) : null;
  const { scores: test, probe, validation } = columns ?? {};
  const record = columns === null ? header : { ...header, scores: test, probe, validation };
  return { ...run, record, files };
}
