/** The headline ablations of all systems under one progress, and what they come to. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { sweepEvents, SweepOptions } from "../cluster/sweep.ts";
import { fingerprint } from "../definition/fingerprint.ts";
import type { Experiment } from "../experiment.ts";
import { duration } from "../report/numbers.ts";
import { plural } from "../report/text.ts";
import { writeAtomic } from "../runs/atomic.ts";
import { checkWritable } from "../runs/store.ts";
import { progress } from "../terminal/progress.ts";
import { type SweepScreen, sweepScreen } from "../terminal/sweep.ts";
import type { RunRecord } from "../types.ts";
import { BACKENDS, choice, type Given, typedAgain, UsageError, wholeNumber } from "./command.ts";
import { download, downloadLine } from "./download.ts";
import { interruptible } from "./interrupt.ts";
import { load, shown, userPath } from "./places.ts";
import { print, printJson, quoted, TASK } from "./print.ts";
import { besidePublished } from "./published.ts";
import { runsInShort } from "./runs_in_short.ts";
import { allSystems, asVariant, chosenSystems, type System, type Systems, variantsOf } from "./systems.ts";
import { threadsOption } from "./thread_options.ts";

type Report = typeof import("../report/mod.ts");

/** Seeds of every variant, unless told otherwise: the fewest that give an interval over seeds. */
const SEEDS = 3;

/** A page tells so many differences one by one. */
const TOLD = 3;

/** `deno task demo --all`. */
export async function demoAll(given: Given): Promise<number> {
  for (const [option, typed] of [["quick", given.flags.quick], ["methods", given.values.methods !== undefined]]) {
    if (!typed) continue;
    throw new UsageError(
      `Cannot run "demo" with --${option} and ${given.flags.all ? "--all" : "--systems"}: --${option} speaks of the ` +
        "dual loss alone. Leave one of the two out",
    );
  }
  const seeds = wholeNumber(given, "seeds", [1, 1000]) ?? SEEDS;
  const where = {
    runs: userPath(given.values.runs ?? "runs"),
    artifacts: userPath("artifacts"),
    backend: choice(given, "backend", BACKENDS) ?? "auto",
    threads: threadsOption(given),
  } as const;
  await checkWritable(where.runs);
  const began = performance.now();
  await fetched();
  const { sweepEvents } = await load<typeof import("../cluster/sweep.ts")>("lib/cluster/sweep.ts");
  using screen = sweepScreen();
  const systems = chosenSystems(await allSystems(), given.values.systems);
  const kept = `Finished runs and the checkpoints of those at hand are kept in "${shown(where.runs)}"; ` +
    `go on with: ${typedAgain(given)}`;
  const stopping = "Stopping all runs after the step at hand";
  return await interruptible(async (signal) => {
    const made = await runSystems(systems, { ...where, seeds, signal, screen, events: sweepEvents });
    screen[Symbol.dispose]();
    const told = [];
    for (const [key, { system, records }] of made) {
      told.push({ system: key, ...await conclude(key, { system, records, ...where }) });
    }
    const seconds = (performance.now() - began) / 1000;
    printJson({ seconds, systems: told });
    print(`\nEverything took ${duration(seconds)}. The pages with tables and figures are at`);
    for (const { page } of told) print(`  ${pathToFileURL(page)}`);
    print(`\nWrite all of it up as one page, docs/results.md:\n  ${resultsCommand(given)}`);
    return 0;
  }, { kept, stopping, progress: screen });
}

/** Fetches the packages first, so that no run is charged for it. */
async function fetched(): Promise<void> {
  using bar = progress();
  bar.say(downloadLine(await download(["lib/swept.ts", "lib/report/mod.ts", "experiments/systems.ts"], bar)));
}

/** Where runs go, under how many seeds, what shows them and what makes them. */
export interface RunSystems extends Omit<SweepOptions, "seeds"> {
  readonly seeds: number;
  readonly screen: SweepScreen;
  readonly events: typeof sweepEvents;
}

/** A system and its runs, under their variants' names. */
export interface SystemRun {
  readonly system: System;
  readonly records: readonly RunRecord[];
}

/**
 * Runs every variant of some systems, as many at a time as there are cores: all of them under the first seed, then under
 * the next, so that whoever interrupts has whole ablations. A definition that two systems share is run once.
 *
 * @returns by the systems' names
 * @throws {Error} when a run has failed, after all others are done
 */
export async function runSystems(
  systems: Systems,
  { seeds, screen, events, ...options }: RunSystems,
): Promise<Map<string, SystemRun>> {
  const wanted = Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) =>
    Object.entries(systems).flatMap(([key, system]) =>
      [...variantsOf(system, seed)].map(([variant, experiment]) => ({ key, variant, experiment }))
    )
  );
  screen.say(
    `Training ${plural(wanted.length, "detector")} of ${plural(Object.keys(systems).length, "system")} on the pocket ` +
      `world; finished runs are kept in "${shown(options.runs ?? "runs")}"`,
  );
  const records = new Map<string, RunRecord>();
  let made = 0;
  for await (const event of events(wanted.map(({ experiment }): Experiment => experiment), options)) {
    screen.take(event);
    if (event.kind === "ended") made++;
    if (event.kind !== "done") continue;
    const failed = event.sweep.rows.find(({ status }) => status === "failed");
    if (failed !== undefined) throw new Error(`Cannot finish ${failed.name}, seed ${failed.seed}: ${failed.error}`);
    for (const record of event.sweep.records) records.set(record.fingerprint, record);
  }
  if (records.size > made) screen.say(`${plural(records.size - made, "run")} found finished`);
  const recordOf = (experiment: Experiment): RunRecord => records.get(fingerprint(experiment))!;
  return new Map(
    Object.entries(systems).map(([key, system]) => {
      const own = wanted.flatMap((one) => one.key === key ? [asVariant(recordOf(one.experiment), one.variant)] : []);
      const order = Object.keys(system.pocket);
      return [key, {
        system,
        records: own.sort((a, b) => order.indexOf(a.experiment.name) - order.indexOf(b.experiment.name)),
      }];
    }),
  );
}

/** What `--json` tells of a system beside its name. */
interface Concluded {
  readonly page: string;
  readonly runs: readonly object[];
  readonly differences: readonly object[];
  readonly claims: readonly object[];
}

interface Conclude extends SystemRun {
  readonly runs: string;
}

/** Prints what a system comes to, and writes its page. */
async function conclude(key: string, { system, records, runs }: Conclude): Promise<Concluded> {
  const report = await load<Report>("lib/report/mod.ts");
  const { question, claims, title } = system;
  const table = report.differences(records, question);
  const judged = claims.map((claim) => report.judge(records, claim));
  print(`\n${title}\n\n${report.differenceSentence(table)}\n${report.differenceSentence(table, { metric: "auc" })}`);
  for (const one of judged) print(`\n“${one.claim.text}”\n  ${report.claimSentence(one)}`);
  const page = join(runs, `demo-${key}.html`);
  const pairs = report.comparedPairs({ variants: Object.keys(system.pocket), question, claims });
  await writeAtomic(
    page,
    await report.page(records, {
      question: title,
      differences: pairs.slice(0, TOLD),
      published: await besidePublished(system, records) ?? undefined,
      command: `deno task demo --systems ${key}`,
    }),
  );
  return {
    page,
    runs: await runsInShort(records, runs),
    differences: table.objects(),
    claims: judged.map(({ claim, verdict, apart, reason }) => ({ ...claim, verdict, difference: apart, reason })),
  };
}

function resultsCommand({ values: { systems, runs } }: Given): string {
  return `${TASK} results${systems === undefined ? "" : ` --systems ${quoted(systems)}`}` +
    `${runs === undefined ? "" : ` --runs ${quoted(runs)}`}`;
}
