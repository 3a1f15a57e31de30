import { join } from "node:path";
import type { Patch } from "../definition/patch.ts";
import { meant } from "../definition/nearest.ts";
import type { Experiment } from "../experiment.ts";
import type { RehearsalEvent, StageRow } from "../rehearse/rehearse.ts";
import { duration, thousands } from "../report/numbers.ts";
import { alignedText, plural } from "../report/text.ts";
import { progress } from "../terminal/progress.ts";
import { backendNames, BACKENDS, choice, type Command, type Given, typedAgain, UsageError } from "./command.ts";
import { readDefinitions } from "./definitions.ts";
import { interruptible } from "./interrupt.ts";
import { load, shown, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";
import { threadsOption } from "./thread_options.ts";

/** Proves that recipes can be typed from the index of their data to their report. */
export const rehearse: Command = {
  summary: "carries out whole recipes on made-up data, at the size of their networks",
  help: `deno task rehearse RECIPE… | --all [OPTIONS]

Writes what a recipe needs into a folder of its own: a few random images a class in the form of the published data
set, weights of the published names and sizes whose numbers are a formula, and a tiny random diffusion pipeline where
one is asked for. Then it gives the commands that a user would type, a process each, at the full size of the network:
data index, audit, reconstruct, run, which is killed after three steps and taken up again, evaluate and report. Losses
after the kill have to be those before it. Only rows a step, images, epochs and steps of diffusion are fewer; the patch
that makes them so is printed.

RECIPE is a system of experiments/systems.ts, as dual-loss, or FILE#EXPORT of a definition of your own. Weights, states
and the best network of a large recipe take up to ten gigabytes on the disk while it goes.

  --all             every system
  --backend NAME    ${backendNames}; default: auto
  --threads N       threads; default: one for each core
  --keep DIR        where everything goes, a folder for each recipe, and stays; default: a temporary folder

Examples:
  deno task rehearse dual-loss
  deno task rehearse --all --backend tensorflow
  deno task rehearse experiments/drct.ts#drctClip --keep rehearsal`,
  json: "one object: recipes, an array of recipe, ok, patch and stages, each of these with stage, command, seconds, " +
    "megabytes, ok and found",
  exits: "1 also when a stage fails",
  values: ["backend", "threads", "keep"],
  flags: ["all"],
  operands: [0, Infinity],
  async run(given) {
    const recipes = await recipesNamed(given);
    const where = whereOf(given);
    const keep = given.values.keep === undefined ? null : userPath(given.values.keep);
    const { useBackend } = await load<typeof import("../engine/backend.ts")>("lib/engine/backend.ts");
    await useBackend("cpu"); // shapes of networks are all that is asked of it here
    using bar = progress();
    return await interruptible(async (signal) => {
      const done: Rehearsed[] = [];
      for (const [i, recipe] of recipes.entries()) {
        const show = (share: number, stage: string) =>
          bar.update(i + share, recipes.length, `${recipe.name}: ${stage}`);
        const rehearsed = await rehearsing(recipe, { where, keep, show, say: bar.say, signal });
        for (const line of rehearsalText(rehearsed).split("\n")) bar.say(line);
        done.push(rehearsed);
      }
      bar[Symbol.dispose]();
      printJson({ recipes: done });
      const failed = done.filter(({ ok }) => !ok);
      print(
        failed.length === 0
          ? `${plural(done.length, "recipe")} rehearsed`
          : `${failed.length} of ${plural(done.length, "recipe")} failed: ${
            failed.map(({ recipe }) => recipe).join(", ")
          }${keep === null ? ". With --keep DIR everything stays for a look" : ""}`,
      );
      return failed.length === 0 ? 0 : 1;
    }, {
      kept: keep === null ? "Nothing is kept" : `What was made is in "${shown(keep)}"`,
      progress: bar,
      stopping: `Stopping; again: ${typedAgain(given)}`,
    });
  },
};

/** A recipe by the name that was typed. */
interface Named {
  readonly name: string;
  readonly experiment: Experiment;
}

type Systems = Readonly<Record<string, { readonly recipe: () => Experiment }>>;

async function recipesNamed({ operands, flags }: Given): Promise<Named[]> {
  if (flags.all === operands.length > 0) {
    throw new UsageError(
      `Cannot rehearse: ${
        flags.all ? "--all and recipes are given" : "no recipe is given"
      }, expected --all, or some of ` +
        `${Object.keys(await loadSystems()).join(", ")} and FILE#EXPORT`,
    );
  }
  const names = flags.all ? Object.keys(await loadSystems()) : operands;
  return (await Promise.all(names.map(recipeNamed))).flat();
}

async function recipeNamed(name: string): Promise<Named[]> {
  if (/[./#]/.test(name)) {
    const experiments = await readDefinitions(name);
    return experiments.map((experiment) => ({ name: experiments.length === 1 ? name : experiment.name, experiment }));
  }
  const systems = await loadSystems();
  if (Object.hasOwn(systems, name)) return [{ name, experiment: systems[name].recipe() }];
  throw new UsageError(`Cannot rehearse "${name}": unknown recipe, ${meant(name, Object.keys(systems), "systems")}`);
}

async function loadSystems(): Promise<Systems> {
  return (await load<{ systems: Systems }>("experiments/systems.ts")).systems;
}

/** Options that the commands of a rehearsal are given. */
function whereOf(given: Given): string[] {
  const backend = choice(given, "backend", BACKENDS);
  const threads = threadsOption(given);
  return [
    ...backend === null ? [] : ["--backend", backend],
    ...threads === undefined ? [] : ["--threads", `${threads}`],
  ];
}

/** What came of a recipe. */
interface Rehearsed {
  readonly recipe: string;
  readonly ok: boolean;
  readonly patch: Patch<Experiment> | null;
  readonly stages: readonly StageRow[];
}

async function rehearsing(
  { name, experiment }: Named,
  { where, keep, show, say, signal }: {
    readonly where: readonly string[];
    readonly keep: string | null;
    readonly show: (share: number, stage: string) => void;
    readonly say: (line: string) => void;
    readonly signal: AbortSignal;
  },
): Promise<Rehearsed> {
  const { rehearse } = await load<typeof import("../rehearse/rehearse.ts")>("lib/rehearse/rehearse.ts");
  const folder = keep === null ? await Deno.makeTempDir() : join(keep, name.replaceAll(/[^\w.-]+/g, "-"));
  const stages: StageRow[] = [];
  let patch: Patch<Experiment> | null = null;
  const told = (event: RehearsalEvent): void => {
    if (event.kind === "progress") show(event.share, event.stage);
    else if (event.kind === "shrunk") say(`${name}: derive(recipe, ${JSON.stringify(patch = event.patch)})`);
    else stages.push(event.row);
  };
  try {
    if (keep !== null) await makeEmpty(folder);
    const ok = await rehearse(experiment, { folder, where, told, signal });
    return { recipe: name, ok, patch, stages };
  } finally {
    if (keep === null) await Deno.remove(folder, { recursive: true });
  }
}

async function makeEmpty(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for await (const _ of Deno.readDir(folder)) {
    throw new UsageError(`Cannot rehearse in "${folder}": there is something in it, expected a new or empty folder`);
  }
}

/** A table of the stages of a recipe. */
export function rehearsalText({ recipe, stages }: Pick<Rehearsed, "recipe" | "stages">): string {
  const seconds = stages.reduce((sum, row) => sum + row.seconds, 0);
  const table = alignedText([
    { title: "stage", cells: stages.map(({ stage }) => stage) },
    { title: "time", cells: stages.map((row) => duration(row.seconds)), right: true },
    {
      title: "memory, MB",
      cells: stages.map(({ megabytes }) => megabytes === null ? "" : thousands(megabytes)),
      right: true,
    },
    { title: "", cells: stages.map(({ ok }) => ok ? "ok" : "failed") },
    { title: "found", cells: stages.map(({ found }) => found.split("\n").at(-1)!), shrinks: true },
  ], { width: 160 });
  const failed = stages.filter(({ ok }) => !ok).map(({ stage, command, found }) =>
    `${stage} failed${command === null ? "" : ` (deno task ${command})`}:\n${found}`
  );
  return [`${recipe}, in ${duration(seconds)}`, table, ...failed, ""].join("\n");
}
