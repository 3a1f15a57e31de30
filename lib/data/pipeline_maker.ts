/** What parts that need a pipeline make, as a maker of artifacts. */
import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { meant } from "../definition/nearest.ts";
import type { Part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import { availableMemory, type BatchSize, checkMemory, memoryRefusal, peakMemory } from "../reconstruct/memory.ts";
import { type LatentError, latentErrorComponents, latentErrors, type Method, methods } from "../reconstruct/mod.ts";
import { checkSort, type Sort } from "../reconstruct/method.ts";
import { howToMake, modelOf } from "../reconstruct/make_words.ts";
import { pipelineInWords } from "../reconstruct/models.ts";
import {
  type Component,
  type OpenedNetwork,
  openPipeline,
  type Pipeline,
  type PipelineInfo,
  readPipeline,
} from "../reconstruct/pipeline.ts";
import { canvasSides, type Sides } from "../reconstruct/prepare.ts";
import type { Provider } from "../reconstruct/session.ts";
import { shippedPipeline } from "../reconstruct/shipped.ts";
import type { Values } from "../reconstruct/values.ts";
import { duration } from "../report/numbers.ts";
import { plural } from "../report/text.ts";
import { packageVersions } from "../runs/environment.ts";
import type { OpenMaker } from "./lacking.ts";
import type { Maker, Source } from "./making.ts";

/** Where a pipeline lies, and what computes. */
export interface PipelinePlace {
  /** Of the pipeline itself. */
  readonly folder: string;
  readonly provider?: Provider | "auto";
  /** Threads on the processor; left out: one for each core. */
  readonly threads?: number;
}

/** How a part is carried out, whichever it is. */
interface Way {
  readonly components: readonly Component[];
  readonly sort: Sort;
  /** Sides of what the networks see of an image. */
  canvas(image: Sides, info: PipelineInfo): Sides;
  /** Rows that an image makes in a network's batch. */
  readonly rows: number;
  make(images: readonly Source[], pipeline: Pipeline): Promise<readonly (Image | Values)[]>;
}

/**
 * Opens the maker of a part, whose networks are loaded when they are first needed.
 *
 * @throws {Deno.errors.NotFound} when the folder lacks something that the part needs: all of it in one list
 * @throws {TypeError} when the pipeline is for inpainting and the part wants a plain one, or the other way round
 */
export async function openPipelineMaker(spec: Part, { folder, ...options }: PipelinePlace): Promise<Maker> {
  const way = wayOf(spec);
  const info = await readPipeline(folder, way.components);
  checkSort(spec.kind, { info }, way.sort);
  const loaded: OpenedNetwork[] = [];
  const pipeline = await openPipeline(info, {
    ...options,
    opened: (network) => void loaded.push(network),
  });
  // of a graphics card's own memory nothing is known
  const onProcessor = ["cpu", "auto"].includes(options.provider ?? "auto");
  const memory = onProcessor ? memoryKeeper(way, info) : { tooLarge: () => null, news: () => [] };
  const { "onnxruntime-node": runtime } = packageVersions(config.imports);
  return {
    spec,
    pipeline: { name: info.name, identity: info.identity },
    versions: { counterproof: config.version, "onnxruntime-node": runtime },
    batch: 1,
    group: (image) => Object.values(way.canvas(image, info)).join(" × "),
    tooLarge: memory.tooLarge,
    prepare: (images) => Promise.resolve([...memory.news(images), ...loadedInWords(info.name, loaded.splice(0))]),
    make: (images) => way.make(images, pipeline),
    [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose](),
  };
}

/**
 * Opens the makers of parts with the pipelines of a folder, each under the name that parts have for it, or with those
 * that are shipped.
 *
 * @param pipelines null: none but those that are shipped
 */
export function makersIn(pipelines: string | null, place: Omit<PipelinePlace, "folder"> = {}): OpenMaker {
  return async (spec) => await openPipelineMaker(spec, { ...place, folder: await pipelineFolder(spec, pipelines) });
}

/** The parts of a definition that are made by pipelines. */
type MakingParts = {
  readonly reconstruct: Part | null;
  readonly model: { readonly refine?: { readonly map: Part | null } | null };
};

/**
 * What opens the makers of a definition's parts: as {@linkcode makersIn}; null where no folder is named and one of them is
 * made by a pipeline that is not shipped, so that nothing can be made.
 */
export function makersFor({ reconstruct, model: { refine } }: MakingParts, pipelines: string | null): OpenMaker | null {
  const made = [reconstruct, refine?.map ?? null].filter((part) => part !== null && modelOf(part) !== "") as Part[];
  const shipped = made.length > 0 && made.every((part) => shippedPipeline(modelOf(part)) !== null);
  return pipelines !== null || shipped ? makersIn(pipelines) : null;
}

/**
 * The folder of the pipeline that a part names: one of the name among those that were given, else the one that is shipped.
 *
 * @param pipelines folder of pipelines by name; null: none
 * @throws {Deno.errors.NotFound} when there is none of the name, with those that there are
 */
async function pipelineFolder(spec: Part, pipelines: string | null): Promise<string> {
  const model = modelOf(spec);
  const own = shippedPipeline(model);
  if (pipelines === null) {
    if (own !== null) return own;
    throw new Deno.errors.NotFound(
      `Cannot make what ${spec.kind}() asks for: no pipeline is at hand. ${howToMake(spec)}`,
    );
  }
  const folder = join(pipelines, model);
  if (await Deno.stat(folder).then(({ isDirectory }) => isDirectory, () => false)) return folder;
  if (own !== null) return own;
  const entries = await Array.fromAsync(Deno.readDir(pipelines)).catch(() => []);
  const names = entries.filter(({ isDirectory, isSymlink }) => isDirectory || isSymlink).map(({ name }) => name).sort();
  throw new Deno.errors.NotFound(
    `Cannot make what ${spec.kind}() asks for: there is no pipeline "${model}" in "${pipelines}", ` +
      `${meant(model, names, "pipelines there")}. Put ${pipelineInWords(model)} there, as ONNX`,
  );
}

/** Looks after memory. */
interface MemoryKeeper {
  readonly tooLarge: Maker["tooLarge"];
  /**
   * What memory a batch takes, told of the first one and of each that takes more, before the networks see it.
   *
   * @throws {RangeError} where it cannot fit, with how many images would
   */
  news(images: readonly Source[]): string[];
}

function memoryKeeper(way: Way, info: PipelineInfo): MemoryKeeper {
  let known: number | null = null;
  const room = (): number => known ??= availableMemory(); // once: what is loaded then is part of what it takes
  const sizeOf = (image: Sides, count: number): BatchSize => {
    return { ...way.canvas(image, info), batch: count, rows: way.rows };
  };
  let most = 0;
  return {
    tooLarge(image) {
      return memoryRefusal(info, sizeOf(image, 1), room())?.reason ?? null;
    },
    news([first, ...others]) {
      if (first === undefined) return [];
      const count = 1 + others.length;
      const size = sizeOf(first.image, count);
      checkMemory(info, size, room());
      const needed = peakMemory(info, size);
      if (needed <= most) return [];
      most = needed;
      return [
        `${info.name} takes about ${(needed / 1e9).toFixed(1)} GB of memory for ${plural(count, "image")} of ` +
        `${size.width} × ${size.height} pixels at a time, ${(room() / 1e9).toFixed(1)} GB are there`,
      ];
    },
  };
}

/** On what networks run, a sentence for each provider. */
function loadedInWords(pipeline: string, loaded: readonly OpenedNetwork[]): string[] {
  return [...new Set(loaded.map(({ provider }) => provider))].map((provider) => {
    const those = loaded.filter((network) => network.provider === provider);
    const seconds = those.reduce((sum, network) => sum + network.seconds, 0);
    return `${pipeline} computes on ${provider} (${those[0].why}); ${
      those.map(({ name }) => name).join(", ")
    } loaded in ${duration(seconds)}`;
  });
}

function wayOf(spec: Part): Way {
  if (spec.kind === "latentError") {
    const part = spec as LatentError;
    return {
      components: latentErrorComponents,
      sort: "plain",
      canvas: () => ({ width: part.size, height: part.size }),
      rows: part.ensemble,
      make: (images, pipeline) => latentErrors(part, images, pipeline),
    };
  }
  const method = (methods as unknown as Readonly<Record<string, Method<Part>>>)[spec.kind];
  const fitting = method.fitting(spec);
  return {
    components: method.components(spec),
    sort: method.sort(spec),
    canvas: (image, info) => canvasSides(image, fitting, method.multiple(spec, info)),
    rows: 1,
    make: (images, pipeline) => method.reconstruct(spec, images, pipeline),
  };
}
