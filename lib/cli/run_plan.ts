/** `deno task run --dry-run`: what a run would need, take and cost. */
import { statfs } from "node:fs/promises";
import { distinct, missingText, type Need } from "../data/needs.ts";
import type { Experiment } from "../experiment.ts";
import type { Measured } from "../plan/measure.ts";
import type { Hours, Plan, Planning } from "../plan/plan.ts";
import { duration, thousands } from "../report/numbers.ts";
import { alignedText, plural } from "../report/text.ts";
import type { Progress } from "../terminal/progress.ts";
import { load, shown } from "./places.ts";
import { print, printJson } from "./print.ts";

/** What is planned, and how it is shown. */
export interface Planned extends Omit<Planning, "told"> {
  readonly progress: Progress;
}

/** Prints the plans of experiments; 1 when something is missing. */
export async function dryRun(experiments: readonly Experiment[], { progress, ...planning }: Planned): Promise<number> {
  const { planOf } = await load<typeof import("../plan/plan.ts")>("lib/plan/plan.ts");
  const plans: Plan[] = [];
  for (const [i, experiment] of experiments.entries()) {
    const told = (done: number, total: number, text: string): void =>
      progress.update(i * total + done, experiments.length * total, `${experiment.name}: ${text}`);
    plans.push(await planOf(experiment, { ...planning, told }));
    if (planning.signal?.aborted) break;
  }
  progress[Symbol.dispose]();
  const missing = distinct(plans.flatMap((plan) => plan.missing));
  printJson({ plans, missing });
  const free = await freeGigabytes(planning.data ?? ".");
  print(plans.map(planText).join("\n\n"));
  if (missing.length > 0) print(`\n${lackingText(missing, { free, at: planning.data ?? "." })}`);
  return missing.length === 0 ? 0 : 1;
}

/** GB that are free on the disk of a folder; null where the system does not tell. */
async function freeGigabytes(folder: string): Promise<number | null> {
  const told = await statfs(folder).catch(() => null);
  return told === null ? null : told.bavail * told.bsize / 1e9;
}

/** What is missing, what gets it, and the disk that it takes. */
export function lackingText(
  missing: readonly Need[],
  { free, at }: { readonly free: number | null; readonly at: string },
): string {
  const known = missing.reduce((sum, { gigabytes }) => sum + (gigabytes ?? 0), 0);
  const unknown = missing.filter(({ gigabytes }) => gigabytes === null).length;
  const room = free === null ? "" : `; ${gigabytesText(free)} are free where "${shown(at)}" lies`;
  const more = unknown === 0 ? "" : `, and what ${plural(unknown, "more thing")} take${unknown === 1 ? "s" : ""}`;
  return `${missingText(missing)}\nDisk: about ${gigabytesText(known)}${more}${room}`;
}

/** The plan of one definition. */
export function planText(plan: Plan): string {
  const { name, seed, needs, samples, counted, made, epochs, stepsPerEpoch, steps, rows, measured, hours } = plan;
  const needed = alignedText([
    { title: "needs", cells: needs.map(({ kind }) => kind) },
    { title: "", cells: needs.map((need) => need.name), shrinks: true },
    { title: "there", cells: needs.map(({ problem }) => problem === null ? "yes" : "missing") },
    {
      title: "disk",
      cells: needs.map(({ gigabytes }) => gigabytes === null ? "" : gigabytesText(gigabytes)),
      right: true,
    },
  ]);
  const table = alignedText([
    { title: "split", cells: samples.map(({ split }) => split) },
    { title: "set", cells: samples.map(({ set }) => set ?? "–"), shrinks: true },
    { title: "photographs", cells: samples.map(({ real }) => thousands(real)), right: true },
    { title: "fakes", cells: samples.map(({ fake }) => thousands(fake)), right: true },
  ]);
  const from = counted === "the data" ? "Samples, counted" : `Samples, by ${counted}`;
  const told = made.map(({ part, wanted, there }) =>
    `${part}: ${
      wanted === null ? "of how many images is not known" : `${thousands(there)} of ${thousands(wanted)} made`
    }`
  );
  const length = stepsPerEpoch === null
    ? "the samples are not known, and so the steps neither"
    : `${epochs === null ? "until the schedule ends it, at least " : ""}${
      plural(Math.round((steps ?? 0) / stepsPerEpoch), "epoch")
    } × ${thousands(stepsPerEpoch)} steps = ${thousands(steps ?? 0)} steps`;
  return [
    `${name}, seed ${seed}`,
    needed,
    ...samples.length === 0 ? [] : [`${from}:`, table],
    ...told,
    `Training: ${length}, ${rows} rows a step`,
    ...measured === null ? [] : [measuredText(measured), hoursText(hours)],
  ].join("\n");
}

function measuredText(found: Measured): string {
  const { steps, backend, threads, images, weights, step, waiting, forward, feature, making, megabytes } = found;
  const network = weights === "random" ? ", random weights in the place of those that are missing" : "";
  const kept = feature === null
    ? `${seconds(forward)} an image that is judged`
    : `${seconds(feature)} an image for its features, once`;
  return [
    `Measured here: ${plural(steps, "step")} on ${backend} with ${
      plural(threads, "thread")
    }, images ${images}${network}:`,
    `  ${seconds(step)} a step, of which ${seconds(waiting)} waiting for images; ${kept}; ` +
    `${thousands(megabytes)} MB of memory at most`,
    ...making.map((one) =>
      `  ${one.part}: ${seconds(one.seconds)} and ${Math.round(one.bytes / 1e3)} kB an image, ${one.images}`
    ),
  ].join("\n");
}

const purposes: Readonly<Record<keyof Hours, string>> = {
  making: "reconstructions and maps",
  features: "features",
  training: "training",
  validation: "validation",
  test: "test sets",
  all: "all that is known",
};

function hoursText(hours: Hours): string {
  const known = Object.entries(hours).filter(([, value]) => value !== 0) as [keyof Hours, number | null][];
  return alignedText([
    { title: "on this machine", cells: known.map(([name]) => purposes[name]) },
    {
      title: "time",
      cells: known.map(([, value]) => value === null ? "not known" : hoursWords(value)),
      right: true,
    },
  ]);
}

function hoursWords(hours: number): string {
  return hours < 100 ? duration(hours * 3600) : `${thousands(Math.round(hours))} h`;
}

function seconds(value: number): string {
  return value < 0.1 ? `${(1000 * value).toFixed(1)} ms` : value < 10 ? `${value.toFixed(2)} s` : duration(value);
}

function gigabytesText(gigabytes: number): string {
  return gigabytes < 1 ? `${Math.max(1, Math.round(1000 * gigabytes))} MB` : `${thousands(Math.round(gigabytes))} GB`;
}
