import { join } from "node:path";
import { carryShards, type ShardRow } from "../cluster/shards.ts";
import { localPlace } from "../cluster/local.ts";
import { type Place, type Task, type Where, whereOf } from "../cluster/place.ts";
import { slurmPlace } from "../cluster/slurm.ts";
import { alignedText, plural } from "../report/text.ts";
import { type LiveTable, liveTable } from "../terminal/live_table.ts";
import { type Given, typedAgain, UsageError } from "./command.ts";
import { interruptible } from "./interrupt.ts";
import { ROOT, shown, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";
import { type Reported, reportText } from "./reconstruct.ts";
import { resourceNames, resourcesOption } from "./resources.ts";
import { threadsOption } from "./thread_options.ts";

/** A process that dies so often without a word is given up. */
const TRIES = 3;

/** Makes all shards of what a command asks for, each in a process of its own: the same command with --shard. */
export async function reconstructOn(given: Given): Promise<number> {
  const where = whereGiven(given);
  const tasks = shardTasks(given, where.most);
  await using place = await placeOf(given, where);
  using table = liveTable();
  const kept = `What is made is kept; go on with: ${typedAgain(given)}`;
  return await interruptible(async (signal) => {
    const work = carryShards(tasks, { place, tries: TRIES, signal });
    for (;;) {
      const { done, value: rows } = await work.next();
      if (done) return await conclude(rows, table);
      table.update(sentence(rows, place), (room) => tableLines(rows, room));
    }
  }, {
    kept,
    stopping: "Stopping all shards after the images at hand",
    progress: table,
  });
}

/** `--on`, which says how many shards there are. */
function whereGiven(given: Given): Where & { readonly most: number } {
  const { on = "", shard } = given.values;
  if (shard !== undefined) {
    throw new UsageError(`Cannot reconstruct "--shard ${shard}" with --on ${on}: that makes all shards. Leave one out`);
  }
  try {
    const { kind, most } = whereOf(on);
    if (most !== null) return { kind, most };
  } catch {
    // told below
  }
  throw new UsageError(`Cannot read "--on ${on}": expected local:N or slurm:N, for N shards, a process each`);
}

/** The same command for every shard. Its words go to a log beside what is made. */
function shardTasks({ typed, values }: Given, of: number): Task[] {
  const here = ["--on", ...resourceNames.map((name) => `--${name}`)];
  const words = typed.slice(1).filter((word, i, all) => {
    return !here.some((name) => word === name || word.startsWith(`${name}=`) || all[i - 1] === name) &&
      word !== "--json";
  });
  const logs = userPath(values.to ?? values.artifacts ?? "artifacts");
  return Array.from({ length: of }, (_, i) => ({
    name: `${i + 1}/${of}`,
    command: [
      ...[Deno.execPath(), "run", "-A", "--quiet", "--config", join(ROOT, "deno.json"), join(ROOT, "lib/cli/main.ts")],
      ...["reconstruct", ...words, "--json", "--shard", `${i + 1}/${of}`],
    ],
    input: null,
    log: join(logs, "logs", `reconstruct-${i + 1}-of-${of}.log`),
  }));
}

async function placeOf(given: Given, { kind, most }: Where & { readonly most: number }): Promise<Place> {
  const resources = resourcesOption(given);
  const threads = threadsOption(given) ?? null;
  const known = () => null;
  if (kind === "slurm") {
    const folder = userPath(join(given.values.artifacts ?? "artifacts", "slurm"));
    return await slurmPlace({ ...resources, most: null, threads, known, folder });
  }
  const onGpus = given.values.provider !== "cpu";
  return localPlace({ ...resources, most, threads, known, tasks: most, onGpus, settled: () => true });
}

function sentence(rows: readonly ShardRow[], { words }: Place): string {
  const count = (kind: string): number => rows.filter(({ standing }) => standing.kind === kind).length;
  return `${count("ended")} of ${plural(rows.length, "shard")} ended, ${count("going")} going; ${words}`;
}

function tableLines(
  rows: readonly ShardRow[],
  { columns, rows: room }: { readonly columns: number; readonly rows: number },
) {
  const most = rows.length + 2 <= room ? rows.length : Math.max(1, room - 3);
  const going = [...rows].sort((a, b) => Number(a.standing.kind !== "going") - Number(b.standing.kind !== "going"));
  const shownRows = most === rows.length ? rows : going.slice(0, most);
  const text = alignedText([
    { title: "shard", cells: shownRows.map(({ task }) => task.name) },
    { title: "stands", cells: shownRows.map(({ standing }) => standsWords(standing)), shrinks: true },
    { title: "says", cells: shownRows.map(({ words }) => words), shrinks: true },
  ], { width: columns });
  const more = rows.length - shownRows.length;
  return [...text.split("\n"), ...more === 0 ? [] : [`and ${more} more`]];
}

function standsWords(standing: ShardRow["standing"]): string {
  if (standing.kind === "going") return standing.where;
  if (standing.kind === "waiting") return standing.why === null ? "waiting" : `waiting: ${standing.why}`;
  return standing.code === 0 ? "done" : `failed (${standing.why ?? `code ${standing.code}`})`;
}

/** What all shards made together, a report for each part, and the words of those that failed. */
async function conclude(rows: readonly ShardRow[], table: LiveTable): Promise<number> {
  table[Symbol.dispose]();
  const well = rows.filter(({ standing }) => standing.kind === "ended" && standing.code === 0);
  const texts = await Promise.all(well.map(({ task }) => Deno.readTextFile(task.log)));
  // beside what --json writes stand the words for people, and those of earlier processes
  const lines = texts.map((text) => text.split("\n").findLast((line) => line.startsWith('{"made":'))!);
  const reports = lines.flatMap((line) => (JSON.parse(line) as Made).made);
  const made = [...Map.groupBy(reports, ({ folder }) => folder).values()].map(together);
  printJson({ made });
  for (const one of made) print(reportText(one));
  for (const { task, standing } of rows) {
    if (standing.kind !== "ended" || standing.code === 0) continue;
    const text = (await Deno.readTextFile(task.log).catch(() => "")).trim().split("\n").slice(-8);
    print(`\nShard ${task.name} ${standsWords(standing)}; the end of "${shown(task.log)}":\n  ${text.join("\n  ")}`);
  }
  return well.length === rows.length ? 0 : 1;
}

/** What --json writes. */
interface Made {
  readonly made: readonly Reported[];
}

/** The report of one part, of the reports of its shards: they went side by side, so that the longest time counts. */
function together(reports: readonly Reported[]): Reported {
  const sum = (of: (one: Reported) => number): number => reports.reduce((all, one) => all + of(one), 0);
  return {
    ...reports[0],
    shard: { index: 1, of: 1 },
    ...{ total: sum(({ total }) => total), found: sum(({ found }) => found), made: sum(({ made }) => made) },
    unreadable: reports.flatMap(({ unreadable }) => unreadable),
    seconds: Math.max(...reports.map(({ seconds }) => seconds)),
  };
}
