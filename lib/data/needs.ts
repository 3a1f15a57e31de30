/** What a definition needs from outside: which of it is there, and how the rest is had. */
import { join } from "node:path";
import type { Part } from "../definition/part.ts";
import { fingerprint } from "../definition/fingerprint.ts";
import type { Experiment } from "../experiment.ts";
import { innermost, type Layout, readSamples } from "../layouts/mod.ts";
import { publishedSet } from "../layouts/published.ts";
import { captionsOf } from "../models/model.ts";
import { weightsFile, weightsOf } from "../models/weights.ts";
import { artifactFolder, namesIn } from "../reconstruct/artifacts.ts";
import { modelOf } from "../reconstruct/make_words.ts";
import { exportCommand, knownPipelines, pipelineInWords } from "../reconstruct/models.ts";
import { shippedPipeline } from "../reconstruct/shipped.ts";
import { plural } from "../report/text.ts";
import type { Split } from "../types.ts";
import { openCaptions } from "./captions.ts";
import { makersIn } from "./pipeline_maker.ts";

/** One thing that a definition needs. */
export interface Need {
  readonly kind: "data" | "weights" | "vocabulary" | "pipeline";
  /** What it is: a data set with the splits that are read, a name of weights or of a pipeline. */
  readonly name: string;
  /** Why it cannot be used; null: it is there. */
  readonly problem: string | null;
  /** What to do to get it, a line each. */
  readonly get: readonly string[];
  /** Disk that it takes, about; null: not known. */
  readonly gigabytes: number | null;
  /** Where that number comes from; null without one, or where it is counted. */
  readonly source: string | null;
}

/** Folders outside the definition; null: none was given. */
export interface Outside {
  readonly data: string | null;
  readonly weights: string | null;
  readonly pipelines: string | null;
  readonly artifacts: string;
}

/**
 * What some definitions need, each thing once. Data sets are looked at as far as their first sample, so that this takes no
 * time on large ones: whether single reconstructions or captions are missing, gathering tells.
 */
export async function needsOf(experiments: readonly Experiment[], outside: Outside): Promise<Need[]> {
  const models = distinct(experiments.map(({ model: { backbone } }) => ({ kind: "model", backbone })));
  const parts = distinct(experiments.flatMap(madeParts));
  const found = await Promise.all([
    dataNeeds(experiments, outside),
    ...models.map((model) => weightsNeeds(model, outside)),
    ...parts.map((part) => pipelineNeeds(part, outside)),
  ]);
  return distinct(found.flat());
}

/** Values that are alike once: definitions of one question share nearly all that they need. */
export function distinct<T extends object>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [fingerprint(value), value])).values()];
}

/** What is missing, for an error: each thing with what gets it. */
export function missingText(missing: readonly Need[]): string {
  const lines = missing.map(({ problem, get, gigabytes }) =>
    [problem, ...get.map((line) => `  ${line}`), ...gigabytes === null ? [] : [`  about ${gigabytes} GB`]].join("\n")
  );
  return `${plural(missing.length, "thing").replace(/^1 thing$/, "One thing")} missing, and nothing was started:\n${
    lines.join("\n")
  }`;
}

async function dataNeeds(experiments: readonly Experiment[], outside: Outside): Promise<Need[]> {
  const splits = new Map<string, { readonly layout: Layout; readonly of: Set<Split> }>();
  for (const { data } of experiments) {
    for (const split of ["train", "validation", "test"] as const) {
      for (const layout of data[split] ?? []) {
        const whole = unlimited(innermost(layout));
        const key = fingerprint(whole);
        if (!splits.has(key)) splits.set(key, { layout: whole, of: new Set() });
        splits.get(key)!.of.add(split);
      }
    }
  }
  return await Promise.all([...splits.values()].map(async ({ layout, of }): Promise<Need> => {
    const problems = await Promise.all([...of].map((split) => unreadable(layout, split, outside.data)));
    const [problem = null] = problems.filter((one) => one !== null);
    const published = publishedSet(layout, [...of]);
    return {
      ...{ kind: "data", name: `${layout.kind} to ${[...of].map((split) => purposes[split]).join(" and ")}`, problem },
      ...{ get: published?.get ?? [], gigabytes: published?.gigabytes ?? null, source: published?.source ?? null },
    };
  }));
}

const purposes: Readonly<Record<Split, string>> = { train: "train on", validation: "validate on", test: "test on" };

/** Why a split cannot be read; null: its first sample can. */
async function unreadable(layout: Layout, split: Split, data: string | null): Promise<string | null> {
  const samples = readSamples(layout, { data, split });
  try {
    await samples.next();
    return null;
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof Deno.errors.NotFound || (error as Error).name === "EmptySplit") return message;
    throw error;
  } finally {
    await samples.return(undefined);
  }
}

function unlimited(layout: Layout): Layout {
  return "limit" in layout ? { ...layout, limit: null } : layout;
}

async function weightsNeeds(model: Pick<Experiment["model"], "backbone">, { weights }: Outside): Promise<Need[]> {
  const needs: Need[] = [];
  const name = model.backbone.weights;
  if (name !== null) {
    const { megabytes } = weightsOf(name);
    needs.push({
      ...{ kind: "weights", name, problem: await refusal(() => weightsFile(name, weights)) },
      ...{ get: [`deno task weights get ${name}`], gigabytes: megabytes / 1000, source: "the table of weights" },
    });
  }
  if (captionsOf(model) === null) return needs;
  const get = [`deno task weights get ${name ?? "openai/clip-vit-base-patch32"}`];
  const problem = await refusal(() => openCaptions(model, weights));
  return [...needs, { kind: "vocabulary", name: "CLIP's vocabulary", problem, get, gigabytes: 0.0014, source: null }];
}

/** The parts of a definition that a pipeline makes something for. */
export function madeParts({ reconstruct, model: { refine } }: Experiment): Part[] {
  const parts = [reconstruct, refine?.map ?? null];
  return parts.filter((part) => part !== null).filter((part) => modelOf(part) !== "");
}

/** A pipeline is needed where nothing was made with it yet; one that is shipped nobody has to get. */
async function pipelineNeeds(part: Part, { pipelines, artifacts }: Outside): Promise<Need[]> {
  const model = modelOf(part);
  if (shippedPipeline(model) !== null) return [];
  const begun = (await namesIn(join(artifacts, artifactFolder(part)))).size > 0;
  const known = Object.hasOwn(knownPipelines, model) ? knownPipelines[model] : null;
  const problem = begun ? null : await refusal(async () => {
    await using _maker = await makersIn(pipelines)(part);
  });
  return [{
    ...{ kind: "pipeline", name: `${pipelineInWords(model)} for ${part.kind}()`, problem },
    get: [exportCommand(model, pipelines ?? "pipelines") ?? `put "${model}" there as ONNX: docs/pipelines.md`],
    gigabytes: known === null ? null : Math.round(known.millions * 0.04) / 10,
    source: known === null ? null : "parameters of float32",
  }];
}

async function refusal(ask: () => Promise<unknown>): Promise<string | null> {
  try {
    await ask();
    return null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return error.message;
    throw error;
  }
}
