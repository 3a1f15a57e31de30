import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { PageOptions } from "../report/mod.ts";
import { plural } from "../report/text.ts";
import { thousands } from "../report/numbers.ts";
import { writeAtomic } from "../runs/atomic.ts";
import type { FinishedRun } from "../runs/index.ts";
import { readRecord } from "../runs/store.ts";
import { RUN_HELP } from "./choose_runs.ts";
import { type Command, typedAgain } from "./command.ts";
import { finishedRuns } from "./finished_runs.ts";
import { load, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";

type Report = typeof import("../report/mod.ts");
type Kept = typeof import("../audit/kept.ts");
type AuditPage = typeof import("../audit/page.ts");

/** A page of more runs would take long to make and to read. */
const MOST = 200;

/** Writes some runs up as one page. */
export const report: Command = {
  summary: "writes runs up as one page: question, tables, figures, data and how to repeat it",
  help: `deno task report [RUN…] [-o FILE] [OPTIONS]

Writes an HTML page that holds all it shows and asks no network for anything: what is asked, how the definitions
differ, tables that sort with 95 % intervals, by generator and in all, the paired differences between the last method
named and the others, figures, where the runs were made, what their data give away, and the commands that do it again.
Runs that differ only in their seed are averaged.

${RUN_HELP}; without any, all
finished runs are written up, at most ${MOST}. What "deno task audit" found in the data of a run is shown where it was
given the run's folder.

  --out FILE       the page, -o FILE in short; default: report.html where you stand
  --question TEXT  its heading; default: what the names, tags and differences of the definitions ask
  --runs DIR       the runs folder; default: runs

Examples:
  deno task report
  deno task report contrastive-only dual -o dual.html
  deno task report c3bbf8 runs/plain-* --question "Does the reconstruction term help?"`,
  json: "one object with the file that was written and how many runs and methods stand in it",
  values: ["out", "question", "runs"],
  letters: { o: "out" },
  flags: [],
  operands: [0, Infinity],
  async run(given) {
    const out = userPath(given.values.out ?? "report.html");
    const found = await finishedRuns(userPath(given.values.runs ?? "runs"), given.operands, "report on");
    if (found.length > MOST) {
      throw new RangeError(
        `Cannot report on ${
          thousands(found.length)
        } runs: a page holds at most ${MOST}; name those that it should hold`,
      );
    }
    const records = await Promise.all(found.map(({ folder }) => readRecord(folder)));
    const { page, overview } = await load<Report>("lib/report/mod.ts");
    const html = await page(records, {
      question: given.values.question,
      audits: await keptAudits(found),
      command: typedAgain(given),
    });
    await Deno.mkdir(join(out, ".."), { recursive: true });
    await writeAtomic(out, html);
    const methods = overview(records).numRows();
    printJson({ file: out, runs: records.length, methods });
    print(`${plural(records.length, "run")} of ${plural(methods, "method")}: ${pathToFileURL(out)}`);
    return 0;
  },
};

/** The audits that lie beside some runs, each once however many runs read the same data. */
async function keptAudits(runs: readonly FinishedRun[]): Promise<NonNullable<PageOptions["audits"]>> {
  const { readKeptAudit } = await load<Kept>("lib/audit/kept.ts");
  const kept = await Promise.all(runs.map(async (run) => ({ run, audit: await readKeptAudit(run.folder) })));
  const found = kept.flatMap(({ run, audit }) => audit === null ? [] : [{ run, audit }]);
  if (found.length === 0) return [];
  const { auditBody } = await load<AuditPage>("lib/audit/page.ts");
  const distinct = new Map(found.map((one) => [JSON.stringify(one.audit.found), one]));
  return [...distinct.values()].map(({ run: { name }, audit }) => ({
    title: `Audit of the data of ${name}, ${audit.made.slice(0, 10)}`,
    body: auditBody(audit.found, audit),
  }));
}
