import { join } from "node:path";
import { fingerprint } from "../definition/fingerprint.ts";
import type { Experiment } from "../experiment.ts";
import { duration } from "../report/numbers.ts";
import { plural } from "../report/text.ts";
import { checkWritable } from "../runs/store.ts";
import { progress } from "../terminal/progress.ts";
import { backendNames, BACKENDS, choice, type Command, typedAgain } from "./command.ts";
import { compareFirst, withFirst } from "./check_first.ts";
import { type CheckRow, checkRows, checkText } from "./check_rows.ts";
import { download, downloadLine } from "./download.ts";
import { interruptible } from "./interrupt.ts";
import { load, ROOT, shown, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";
import { parseNumbers, type ResultNumbers, REWRITE, type RunNumbers } from "./results_numbers.ts";
import { type RunAll, runAll } from "./run_all.ts";
import { allSystems, chosenSystems, type Systems } from "./systems.ts";
import { threadsOption } from "./thread_options.ts";

type Layout = typeof import("../layouts/pocket.ts");

/** Makes a few of the runs that the results are written from again, and compares. */
export const checkResults: Command = {
  summary: "makes a few runs of docs/results.md again and compares the numbers",
  help: `deno task check-results [OPTIONS]

Trains one variant of each system again from its definition, the one that is made soonest, as docs/results.json names it,
and compares accuracy, AUC and the last epoch's losses with the numbers there. On the same engine (wasm or cpu, the same
Deno and packages) they have to be equal to the last bit, whatever the machine and the number of threads; on another
engine, and where a diffusion pipeline made what the network looks at, they have to lie within a band. Takes a few
minutes, and says beforehand how many the runs took where the results were made. With --short each run ends after its
first epoch, and its losses there, and accuracy and AUC on the validation split, are what is compared.

  --short          the first epoch of each run alone
  --systems A,B    only of these systems; default: all
  --results FILE   the numbers to compare with; default: docs/results.json of the checkout
  --backend NAME   ${backendNames}; default: the one that made the numbers
  --threads N      threads; on wasm results do not depend on it; default: one for each core
  --runs DIR       where the runs go and are found again; default: a temporary folder, which is removed

Examples:
  deno task check-results
  deno task check-results --short
  deno task check-results --systems dual-loss --threads 1
  deno task check-results --backend tensorflow`,
  json: "one object with the rows that were compared",
  exits: "1 also where a number is outside its band",
  values: ["systems", "results", "backend", "threads", "runs"],
  flags: ["short"],
  operands: [0, 0],
  async run(given) {
    const { results, runs } = given.values;
    const file = results === undefined ? join(ROOT, "docs/results.json") : userPath(results);
    const numbers = parseNumbers(await readNumbers(file), shown(file));
    const systems = chosenSystems(await allSystems(), given.values.systems);
    const { pocketIdentity } = await load<Layout>("lib/layouts/pocket.ts");
    const { short } = given.flags;
    const wanted = wantedRuns(numbers, { systems, world: await pocketIdentity(), file: shown(file) });
    const begun = short ? withFirst(wanted, shown(file)) : null;
    const made = wanted[0].committed.environment.backend as typeof BACKENDS[number];
    const backend = choice(given, "backend", BACKENDS) ?? made;
    const folder = runs === undefined ? await Deno.makeTempDir({ prefix: "counterproof-check-" }) : userPath(runs);
    await checkWritable(folder);
    try {
      using bar = progress();
      bar.say(downloadLine(await download(["lib/run.ts", "lib/report/mod.ts", "experiments/systems.ts"], bar)));
      bar.say(planText(wanted, { short }));
      const kept = runs === undefined
        ? `Nothing is kept; begin again with: ${typedAgain(given)}`
        : `What is finished is kept in "${shown(folder)}"; go on with: ${typedAgain(given)}`;
      return await interruptible(async (signal) => {
        const where = { runs: folder, artifacts: join(folder, "artifacts"), backend, threads: threadsOption(given) };
        const how = { ...where, signal, progress: bar };
        const rows = begun === null ? await compareAgain(wanted, how) : await compareFirst(begun, how);
        bar[Symbol.dispose]();
        const outside = rows.filter(({ verdict }) => verdict === "outside");
        printJson({ rows });
        print(`\n${checkText(rows)}\n\n${verdictText(rows)}`);
        return outside.length === 0 ? 0 : 1;
      }, { kept, progress: bar });
    } finally {
      if (runs === undefined) await Deno.remove(folder, { recursive: true });
    }
  },
};

/** A run to make again, and what it came to. */
export interface WantedRun {
  readonly key: string;
  readonly committed: RunNumbers;
  readonly experiment: Experiment;
}

/**
 * The runs that the numbers name, one of each system.
 *
 * @throws {Error} when the numbers lack a system, are of another world, or of another definition than there is now
 */
export function wantedRuns(
  numbers: ResultNumbers,
  { systems, world, file }: { readonly systems: Systems; readonly world: string; readonly file: string },
): WantedRun[] {
  if (numbers.world !== world) {
    throw new Error(
      `Cannot check the results in "${file}": they speak of the pocket world ${numbers.world.slice(0, 12)}, the one ` +
        `shipped is ${world.slice(0, 12)}. ${REWRITE}`,
    );
  }
  return Object.entries(systems).map(([key, system]) => {
    const told = numbers.systems[key];
    const committed = told?.runs.find(({ variant, seed }) =>
      variant === told.check.variant && seed === told.check.seed
    );
    if (committed === undefined) throw new Error(`Cannot check "${key}": "${file}" has no run of it. ${REWRITE}`);
    const { variant, seed } = committed;
    const experiment = system.pocket[variant]?.({ seed });
    if (experiment !== undefined && fingerprint(experiment) === committed.fingerprint) {
      return { key, committed, experiment };
    }
    throw new Error(
      `Cannot check "${variant}" of "${key}", seed ${seed}: its definition has changed since "${file}" was written. ` +
        REWRITE,
    );
  });
}

/** Makes the runs again and sets their numbers beside the committed ones. */
export async function compareAgain(wanted: readonly WantedRun[], options: RunAll): Promise<CheckRow[]> {
  const records = await runAll(wanted.map(({ experiment }) => experiment), options);
  return wanted.flatMap(({ key, committed }, i) => checkRows(key, committed, records[i]));
}

async function readNumbers(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`Cannot check results: there is no "${shown(file)}". ${REWRITE}`);
  }
}

function planText(wanted: readonly WantedRun[], { short }: { readonly short: boolean }): string {
  const seconds = wanted.reduce((sum, { committed }) => sum + committed.seconds, 0);
  const names = wanted.map(({ key, committed: { variant, seed } }) => `${key}: ${variant}, seed ${seed}`);
  const what = `${short ? "the first epoch of " : ""}${plural(wanted.length, "run")}`;
  return `Making ${what} again (${names.join("; ")}); ${short ? "the whole runs" : "they"} took ${duration(seconds)} ` +
    "where the results were made";
}

/** What the rows come to, as a sentence. */
export function verdictText(rows: readonly CheckRow[]): string {
  const count = (wanted: CheckRow["verdict"]): number => rows.filter(({ verdict }) => verdict === wanted).length;
  const [equal, within, outside] = [count("equal"), count("within"), count("outside")];
  return `${plural(rows.length, "number")}: ${equal} equal to the last bit, ${within} within the band, ${outside} ` +
    `outside. The results are ${outside === 0 ? "" : "not "}confirmed.`;
}
