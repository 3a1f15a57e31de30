/** What a recipe needs from outside, made up: data sets, weights, vocabulary, pipelines. */
import { join } from "node:path";
import type { Experiment } from "../experiment.ts";
import { innermost } from "../layouts/mod.ts";
import { captionsOf } from "../models/model.ts";
import { clipVocabulary } from "../models/weights_table.ts";
import { shippedPipeline } from "../reconstruct/shipped.ts";
import { plural } from "../report/text.ts";
import { writeWeights } from "./checkpoints.ts";
import type { Label } from "../types.ts";
import { picture } from "./pictures.ts";
import { pipelinesOf, writePipeline } from "./pipelines.ts";
import { writeVocabulary } from "./vocabulary.ts";
import { writeData } from "./write_data.ts";

/** Folders of a rehearsal. */
export interface RehearsalFolders {
  /** Holds all others; commands are given in it. */
  readonly folder: string;
  readonly data: string;
  readonly weights: string;
  readonly pipelines: string;
}

/** The folders below one. */
export function foldersIn(folder: string): RehearsalFolders {
  const [data, weights, pipelines] = ["data", "weights", "pipelines"].map((name) => join(folder, name));
  return { folder, data, weights, pipelines };
}

/** Photographs and fakes to be tested on, of each generator. */
const TESTED = { real: 1, fake: 1 };

/** Serves the photographs that records name by address; disposed when all are fetched. */
export interface Photographs extends AsyncDisposable {
  address(name: string): string;
}

/** Begins to serve photographs to this machine alone. */
export function servePhotographs(): Photographs {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async ({ url }) => {
    const name = new URL(url).pathname.slice(1);
    return new Response(await picture(name, "real"), { headers: { "content-type": "image/jpeg" } });
  });
  return {
    address: (name) => `http://127.0.0.1:${server.addr.port}/${name}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Whether photographs of a definition's data are named by address, and are to be fetched. */
export function fetches({ data }: Experiment): boolean {
  return layoutsOf(data).some(({ kind }) => kind === "elsaD3");
}

/** Writes the data sets, with so many images of a class to train on and some to validate. */
export async function writeSets(
  experiment: Experiment,
  { data }: RehearsalFolders,
  { images, photographs }: { readonly images: Readonly<Record<Label, number>>; readonly photographs: Photographs },
): Promise<void> {
  const counts = { train: images, validation: { real: 3, fake: 3 }, test: TESTED };
  await writeData(experiment, { data, counts, address: photographs.address });
}

/** Writes weights, vocabulary and pipelines; tells what. */
export async function writeMeans(experiment: Experiment, { weights, pipelines }: RehearsalFolders): Promise<string[]> {
  const { backbone } = experiment.model;
  const told: string[] = [];
  await Deno.mkdir(weights, { recursive: true });
  await Deno.mkdir(pipelines, { recursive: true });
  if (backbone.weights !== null && !backbone.weights.startsWith("pocket/")) { // those are shipped
    const bytes = await writeWeights(backbone.weights, weights);
    told.push(`${backbone.weights}, ${Math.round(bytes / 1e6)} MB`);
  }
  if (captionsOf(experiment.model) !== null) await writeVocabulary(join(weights, clipVocabulary.repo));
  const asked = pipelinesOf(experiment).filter(({ model }) => shippedPipeline(model) === null);
  for (const pipeline of asked) await writePipeline(pipeline, pipelines);
  if (asked.length > 0) {
    told.push(`${plural(asked.length, "pipeline").replace(/^1 /, "")} ${asked.map(({ model }) => model).join(", ")}`);
  }
  return told;
}

/** The data sets of a definition in words: "genImage, aligned". */
export function setsInWords({ data }: Experiment): string {
  return [...new Set(layoutsOf(data).map(({ kind }) => kind))].join(", ");
}

function layoutsOf({ train, validation, test }: Experiment["data"]) {
  return [...train, ...validation ?? [], ...test].map(innermost);
}
