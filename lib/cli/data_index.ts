import type { IndexReport } from "../data/index_make.ts";
import { thousands } from "../report/numbers.ts";
import { alignedText } from "../report/text.ts";
import { type Progress, progress } from "../terminal/progress.ts";
import { type Command, typedAgain, UsageError } from "./command.ts";
import { type NamedLayout, namedLayouts } from "./data_layouts.ts";
import { interruptible } from "./interrupt.ts";
import { load, shown, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";

/** Looks at every file of a data set and keeps what it finds beside the data. */
export const dataIndex: Command = {
  summary: "looks at every file of a data set: what is there, missing, unreadable, or in two splits",
  help: `deno task data index DIR --layout KIND [OPTIONS]
deno task data index DIR --definition FILE[#EXPORT] [OPTIONS]

DIR holds the data sets, each under its own name, as --data of a run. Every file's header is read, and size, format,
dimensions, JPEG quality and the like are written to DIR/index-KIND.parquet, a row for each sample, with the size of
its error map where it has one. What is there, missing, unreadable, or stands in two splits is told by split, class and
generator.

Runs on data that has an index take its sizes and hashes into the identity of the data, and do not go on where it
has changed. An index that is made again reads only files whose size or time is another, and one that was
interrupted or killed goes on. Two processes do not make one index at once: the second says who has it.

  --layout KIND      the data set, with the defaults of its layout and all generators, as genImage
  --definition FILE  the data sets of an experiment, without their limits, where a layout needs options
  --hash             reads all of every file and keeps its SHA-256, which finds the same picture under two names

Examples:
  deno task data index /data --layout genImage
  deno task data index /data --definition experiments/drct.ts --hash`,
  json: "one array of objects, one for each data set, with file, identity, rows, groups, missing and problems",
  values: ["layout", "definition"],
  flags: ["hash"],
  operands: [1, 1],
  async run(given) {
    const data = userPath(given.operands[0]);
    if (!await Deno.stat(data).then(({ isDirectory }) => isDirectory, () => false)) {
      throw new UsageError(
        `Cannot index "${given.operands[0]}": there is no such folder. Expected the one that holds the data sets`,
      );
    }
    const layouts = await namedLayouts(given);
    using bar = progress();
    const again = { kept: `What was found is kept. Go on with: ${typedAgain(given)}`, progress: bar };
    return await interruptible(async (signal) => {
      const reports: IndexReport[] = [];
      for (const layout of layouts) {
        reports.push(await indexed(layout, { data, hash: given.flags.hash, progress: bar, signal }));
      }
      bar[Symbol.dispose]();
      printJson(reports);
      for (const report of reports) print(reportText(report));
      return 0;
    }, { ...again, stopping: "Stopping" });
  },
};

interface Doing {
  readonly data: string;
  readonly hash: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function indexed({ layout, name }: NamedLayout, { data, hash, progress, signal }: Doing): Promise<IndexReport> {
  const { indexData } = await load<typeof import("../data/index_make.ts")>("lib/data/index_make.ts");
  const { indexFile } = await load<typeof import("../data/index_rows.ts")>("lib/data/index_rows.ts");
  const file = indexFile(data, layout, name);
  progress.say(`Counting the files of ${layout.kind} …`);
  const work = indexData(layout, { data, file, hash, signal });
  for (;;) {
    const { done, value } = await work.next();
    if (done) return value;
    progress.update(value.done, value.total, `${layout.kind}, ${thousands(value.done)} of ${thousands(value.total)}`);
  }
}

/** What an index found, for a terminal. */
export function reportText({ file, identity, rows, groups, missing, problems }: IndexReport): string {
  const number = (count: number): string => count === 0 ? "–" : thousands(count);
  const table = alignedText([
    { title: "split", cells: groups.map(({ split }) => split) },
    { title: "class", cells: groups.map(({ label }) => label) },
    { title: "generator", cells: groups.map(({ generator }) => generator ?? "–"), shrinks: true },
    { title: "there", cells: groups.map(({ there }) => number(there)), right: true },
    { title: "missing", cells: groups.map((group) => number(group.missing)), right: true },
    { title: "unreadable", cells: groups.map(({ unreadable }) => number(unreadable)), right: true },
    { title: "in two splits", cells: groups.map(({ elsewhere }) => number(elsewhere)), right: true },
    { title: "formats", cells: groups.map(formatsText), shrinks: true },
  ]);
  const parts = [table];
  for (const split of new Set(missing.map(({ split }) => split))) {
    const here = missing.filter((one) => one.split === split);
    const names = here.map(({ generator }) => generator).filter((name) => name !== null);
    // what a layout says of one generator lists its folders, which is too much of many
    parts.push(`Not there in ${split}: ${names.length > 0 ? names.join(", ") : `all of it. ${here[0].reason}`}`);
  }
  if (problems.length > 0) {
    const bad = groups.reduce((sum, group) => sum + group.missing + group.unreadable, 0);
    const first = problems.length < bad ? `, the first ${problems.length}` : "";
    parts.push(`No run can use ${thousands(bad)} of ${thousands(rows)}${first}:`);
    parts.push(problems.map(({ id, problem }) => `  ${id}: ${problem}`).join("\n"));
  }
  parts.push(`${thousands(rows)} samples stand in "${shown(file)}", identity ${identity.slice(0, 12)}`);
  return parts.join("\n");
}

function formatsText({ formats, there }: IndexReport["groups"][number]): string {
  const sorted = Object.entries(formats).sort(([, a], [, b]) => b - a);
  const share = (count: number): string => count === there ? "" : ` ${(count / there * 100).toFixed(1)} %`;
  return sorted.map(([format, count]) => `${format}${share(count)}`).join(", ");
}
