/** A published recipe from the index of its data to its report, on made-up data at the size of its network. */
import { join } from "node:path";
import type { Patch } from "../definition/patch.ts";
import type { Experiment } from "../experiment.ts";
import { type Ended, runCommand } from "./command.ts";
import { pipelinesOf } from "./pipelines.ts";
import {
  fetches,
  foldersIn,
  type Photographs,
  type RehearsalFolders,
  servePhotographs,
  setsInWords,
  writeMeans,
  writeSets,
} from "./prepare.ts";
import { type Shrunk, shrunk, STEPS } from "./shrink.ts";
import * as judge from "./stages.ts";
import type { Judged } from "./stages.ts";

/** What came of a stage. */
export interface StageRow extends Judged {
  readonly stage: string;
  /** What was typed behind `deno task`; null: no command. */
  readonly command: string | null;
  readonly seconds: number;
  /** Most resident memory of its process, MB (10⁶ bytes); null where there was none or the system does not tell. */
  readonly megabytes: number | null;
}

/** What a rehearsal says while it goes. */
export type RehearsalEvent =
  /** What is changed of the recipe, and nothing else. */
  | { readonly kind: "shrunk"; readonly patch: Patch<Experiment> }
  /** So much of the whole is done, 0…1. */
  | { readonly kind: "progress"; readonly share: number; readonly stage: string }
  | { readonly kind: "stage"; readonly row: StageRow };

/** How a rehearsal goes. */
export interface RehearseOptions {
  /** Empty; all that is made goes there. */
  readonly folder: string;
  /** Options of the commands that compute, as ["--backend", "wasm"]. */
  readonly where: readonly string[];
  readonly told: (event: RehearsalEvent) => void;
  readonly signal?: AbortSignal;
}

/** Images of a class to train on: the fewest, and how many more are tried until both classes validate. */
export const IMAGES = 3, MORE = 14;

/** The step behind which training is killed: the first after the checkpoint at the end of the first epoch. */
const LAST = STEPS + 1;

/** The definition that is rehearsed, in the folder. */
const DEFINITION = "recipe.json";

/** What stages take of the whole, measured on two cores; every other one takes 1. */
const SHARES: Readonly<Record<string, number>> = { "build": 3, "train": 10, "resume": 10, "evaluate": 3 };

/** Gives commands, and judges them. */
interface Theatre {
  readonly at: RehearsalFolders;
  readonly where: readonly string[];
  readonly stage: ReturnType<typeof stager>;
  /** Gives a command; `heard` of a line of its output that ends it. */
  type(words: readonly string[], heard?: (line: string) => boolean): Promise<Ended>;
}

/**
 * Rehearses a recipe: writes what it needs in the published form, shrinks it by a patch that is told, and gives the
 * commands that a user would type, a process each; training is killed after its third step and taken up again. A stage
 * that others need is the last where it fails.
 *
 * @returns whether all stages went well
 * @throws {DOMException} "AbortError" when `signal` comes
 */
export async function rehearse(
  recipe: Experiment,
  { folder, where, told, signal }: RehearseOptions,
): Promise<boolean> {
  const at = foldersIn(folder);
  const env = {
    ...{ DATA: at.data, WEIGHTS: at.weights, PIPELINES: at.pipelines },
    HF_HUB_CACHE: join(folder, "hub"), // what this machine has of published weights is not to be found
  };
  const stages = 9 + Number(fetches(recipe)) + Number(pipelinesOf(recipe).length > 0);
  const stage = stager({ told, stages });
  const theatre: Theatre = {
    ...{ at, where, stage },
    type: (words, heard) => runCommand(words, { folder, env, heard, signal }),
  };
  const small = await prepared(recipe, theatre);
  if (small === null) return false;
  told({ kind: "shrunk", patch: small.patch });
  await Deno.writeTextFile(join(folder, DEFINITION), JSON.stringify(small.experiment, null, 1));
  if (!await lookedAt(recipe, theatre)) return false;
  return await trained(theatre) && stage.well();
}

/** The small recipe with all that it needs; null where something went wrong. */
async function prepared(recipe: Experiment, { at, stage, type }: Theatre): Promise<Shrunk | null> {
  await using photographs = servePhotographs();
  if (await stage.own("build", () => building(recipe, at, photographs)) === null) return null;
  const asksAddresses = fetches(recipe);
  const fetching = () => type(["data", "fetch", at.data, "--json"]);
  if (asksAddresses && await stage.command("fetch", fetching, judge.printed(judge.judgeFetch)) === null) return null;
  return await stage.own("shrink", () => shrinking(recipe, at, { photographs, grows: !asksAddresses }));
}

/** Index, audit, reconstructions and maps, plan; whether training has what it needs. */
async function lookedAt(recipe: Experiment, { at, stage, type }: Theatre): Promise<boolean> {
  const index = ["data", "index", at.data, "--definition", DEFINITION, "--json"];
  await stage.command("index", () => type(index), judge.printed(judge.judgeIndex));
  await stage.command("audit", () => type(["audit", DEFINITION, "--json"]), judge.printed(judge.judgeAudit));
  if (pipelinesOf(recipe).length > 0) {
    const making = () => type(["reconstruct", DEFINITION, "--json"]);
    if (await stage.command("reconstruct", making, judge.printed(judge.judgeReconstruct)) === null) return false;
  }
  const dry = ["run", DEFINITION, "--dry-run", "--steps", "0", "--json"];
  await stage.command("plan", () => type(dry), judge.printed(judge.judgePlan));
  return true;
}

/** Training, killed and taken up, and what follows from it; whether it came to its end. */
async function trained({ where, stage, type }: Theatre): Promise<boolean> {
  // checkpoints at the ends of epochs alone: a whole network on the disk after every step would take longer than the steps
  const train = ["run", DEFINITION, ...where, "--checkpoint-seconds", "3600", "--json"];
  const killed = await stage.command(
    "train",
    () => type(train, isStep(LAST)),
    (ended) => judge.judgeKilled(ended, LAST),
  );
  if (killed === null) return false;
  const resumed = await stage.command("resume", () => type(train), (ended) => judge.judgeResumed(ended, killed, LAST));
  if (resumed === null) return false;
  await stage.own("threshold", () => Promise.resolve({ ...judge.judgeThreshold(resumed), value: true }));
  const run = judge.runOf(resumed);
  const evaluate = ["evaluate", run, ...where, "--json"];
  await stage.command("evaluate", () => type(evaluate), judge.printed(judge.judgeSets));
  await stage.command("report", () => type(["report", run, "--json"]), judge.printed(judge.judgeReport));
  return true;
}

/** Writes sets, weights and pipelines. */
async function building(
  recipe: Experiment,
  at: RehearsalFolders,
  photographs: Photographs,
): Promise<Judged & { readonly value: true }> {
  await writeSets(recipe, at, { images: { real: IMAGES, fake: IMAGES }, photographs });
  const means = await writeMeans(recipe, at);
  return { ok: true, found: [setsInWords(recipe), ...means].join("; "), value: true };
}

/** The small recipe; where its data are too few for a batch of both classes and a validation of both, more are written. */
async function shrinking(
  recipe: Experiment,
  at: RehearsalFolders,
  { photographs, grows }: { readonly photographs: Photographs; readonly grows: boolean },
): Promise<Judged & { readonly value: Shrunk | null }> {
  for (let more = 0; more <= (grows ? MORE : 0); more++) {
    // one fake, then one photograph: which sources validate hangs on the seed and on how many there are
    const images = { real: IMAGES + Math.floor(more / 2), fake: IMAGES + Math.ceil(more / 2) };
    if (more > 0) await writeSets(recipe, at, { images, photographs });
    const small = await shrunk(recipe, at.data);
    if (small === null) continue;
    const { batch: { size } } = small.experiment;
    const told = `${images.real} photographs, ${images.fake} fakes a generator`;
    return { ok: true, found: `${told}; ${size} rows a step, two epochs of ${STEPS} steps`, value: small };
  }
  return {
    ok: false,
    found: `no images up to ${IMAGES + MORE / 2} a class give two steps and both classes`,
    value: null,
  };
}

/** Whether a line of `run --json` tells that a step is done. */
function isStep(step: number): (line: string) => boolean {
  return (line) =>
    line.includes('"kind":"step"') &&
    judge.eventsOf({ out: line }).some((event) => event.kind === "step" && event.row.step === step);
}

/** Carries out stages one after the other, and tells of each. */
function stager({ told, stages }: { readonly told: (event: RehearsalEvent) => void; readonly stages: number }) {
  const shareOf = (name: string): number => SHARES[name] ?? 1;
  const whole = stages + Object.values(SHARES).reduce((sum, share) => sum + share - 1, 0);
  let done = 0;
  let well = true;
  const begin = (stage: string): void => told({ kind: "progress", share: Math.min(1, done / whole), stage });
  const end = (row: StageRow): void => {
    done += shareOf(row.stage);
    well &&= row.ok;
    told({ kind: "stage", row });
  };
  return {
    well: () => well,
    /** Work of this process; its value, null where it went wrong. */
    async own<T>(name: string, work: () => Promise<Judged & { readonly value: T }>): Promise<T | null> {
      begin(name);
      const began = performance.now();
      const { value, ok, found } = await work().catch((error) => ({ value: null, ...wentWrong(error) }));
      end({ stage: name, command: null, seconds: (performance.now() - began) / 1000, megabytes: null, ok, found });
      return ok ? value : null;
    },
    /** A command; how it ended, null where that was not well. */
    async command(name: string, run: () => Promise<Ended>, judged: (ended: Ended) => Judged): Promise<Ended | null> {
      begin(name);
      const ended = await run();
      const { typed, seconds, megabytes } = ended;
      const { ok, found } = attempt(() => judged(ended));
      end({ stage: name, command: typed, seconds, megabytes, ok, found });
      return ok ? ended : null;
    },
  };
}

/** What a command printed may be anything. */
function attempt(judged: () => Judged): Judged {
  try {
    return judged();
  } catch (error) {
    return wentWrong(error);
  }
}

function wentWrong(error: unknown): Judged {
  if (error instanceof DOMException && error.name === "AbortError") throw error;
  return { ok: false, found: error instanceof Error ? error.message : String(error) };
}
