import { pathToFileURL } from "node:url";
import { meant } from "../definition/nearest.ts";
import type { Experiment } from "../experiment.ts";
import { checkWritable, findFolder } from "../runs/store.ts";
import { progress } from "../terminal/progress.ts";
import { BACKENDS, choice, type Command, type Given, MOST_THREADS, UsageError, wholeNumber } from "./command.ts";
import { compareRecords, printComparison } from "./compare.ts";
import { interruptible } from "./interrupt.ts";
import { load, shown, userPath } from "./places.ts";
import { print } from "./print.ts";
import { runAll } from "./run_all.ts";

/** Runs the experiments of a definition file. */
export const run: Command = {
  summary: "runs the experiments that a file defines",
  help: `deno task run FILE[#EXPORT] [OPTIONS]

Runs the experiment that a TypeScript file exports, by default or under a name: a definition, an array of them,
or a function that returns either when called without arguments. Finished runs are found again; a run that was
interrupted goes on from its checkpoint.

  --seed N          run under this seed instead of the definition's own
  --data DIR        folder of the data sets; default: the environment variable DATA
  --weights DIR     folder of pretrained weights; default: the environment variable WEIGHTS. Those that
                    deno task weights get has fetched are found without it
  --artifacts DIR   folder of reconstructions made earlier; default: artifacts
  --backend NAME    auto, tensorflow, wasm or cpu; default: auto
  --threads N       threads; on wasm results do not depend on it; default: one for each core
  --runs DIR        the runs folder; default: runs

Examples:
  deno task run experiments/pocket.ts
  deno task run experiments/pocket.ts --seed 2
  deno task run experiments/dual_loss.ts#dual --data /data --weights /weights`,
  values: ["seed", "data", "weights", "artifacts", "backend", "threads", "runs"],
  flags: [],
  operands: [1, 1],
  async run(given) {
    const seed = wholeNumber(given, "seed", [0, 2 ** 31]);
    const options = {
      runs: userPath(given.values.runs ?? "runs"),
      data: await folder(given, "data"),
      weights: await folder(given, "weights"),
      artifacts: userPath(given.values.artifacts ?? "artifacts"),
      backend: choice(given, "backend", BACKENDS) ?? "auto",
      threads: wholeNumber(given, "threads", [1, MOST_THREADS]) ?? undefined,
    };
    await checkWritable(options.runs);
    const defined = await readDefinitions(given.operands[0]);
    const { derive } = await load<typeof import("../experiment.ts")>("lib/experiment.ts");
    const experiments = seed === null ? defined : defined.map((one) => derive(one, { seed }));

    using bar = progress();
    return await interruptible(async (signal) => {
      const records = await runAll(experiments, { ...options, signal, progress: bar, epochs: true });
      bar[Symbol.dispose]();
      for (const record of records) {
        print(`${record.experiment.name}: ${shown(await findFolder(options.runs, record.id) ?? options.runs)}`);
      }
      print("");
      await printComparison(await compareRecords(records));
      return 0;
    }, {
      kept: `The checkpoint is kept in "${shown(options.runs)}"; the same command goes on from there`,
      progress: bar,
    });
  },
};

/**
 * The experiments that `FILE` or `FILE#export` names.
 *
 * @throws {Deno.errors.NotFound} when there is no such file
 * @throws {UsageError} when it has no such export
 * @throws {TypeError} when what it exports is no experiment; names the field
 */
export async function readDefinitions(operand: string): Promise<Experiment[]> {
  const [, path, name = "default"] = /^(.*?)(?:#([^#]*))?$/s.exec(operand)!;
  const file = userPath(path);
  if (!await Deno.stat(file).then((info) => info.isFile, () => false)) {
    throw new Deno.errors.NotFound(
      `Cannot run "${path}": there is no such file. Expected a TypeScript file that exports an experiment, ` +
        "as experiments/pocket.ts does",
    );
  }
  const module: Record<string, unknown> = await import(pathToFileURL(file).href);
  if (!Object.hasOwn(module, name)) {
    const known = Object.keys(module);
    throw new UsageError(`Cannot run "${operand}": the file has no export "${name}", ${meant(name, known, "exports")}`);
  }
  const { experiment } = await load<typeof import("../experiment.ts")>("lib/experiment.ts");
  const found = flatten(module[name]);
  if (found.length === 0) throw new TypeError(`Cannot run "${operand}": the list it exports is empty`);
  return found.map((value) => {
    if (typeof value === "object" && value !== null) return experiment(value as Experiment);
    throw new TypeError(
      `Cannot run "${operand}": export "${name}" is ${Deno.inspect(value)}, ` +
        "expected an experiment, a list of them, or a function that returns either",
    );
  });
}

function flatten(value: unknown): unknown[] {
  if (typeof value === "function") return flatten(value());
  return Array.isArray(value) ? value.flatMap(flatten) : [value];
}

/** A folder that an option or the environment names, as DATA for `--data`; null when neither does. */
async function folder(given: Given, option: string): Promise<string | null> {
  const typed = given.values[option];
  const variable = option.toUpperCase();
  const path = typed === undefined ? Deno.env.get(variable) : userPath(typed);
  if (path === undefined || path === "") return null;
  if (await Deno.stat(path).then((info) => info.isDirectory, () => false)) return path;
  const where = typed === undefined ? `the environment variable ${variable}` : `--${option}`;
  throw new Deno.errors.NotFound(
    `Cannot read ${option} from "${path}", given by ${where}: there is no such folder. ` +
      `Expected a folder; give it with --${option} DIR`,
  );
}
