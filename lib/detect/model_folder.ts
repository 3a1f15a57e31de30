/** A detector as a folder that `deno task export RUN --model DIR` wrote, for whoever does not have its run. */
import { join } from "node:path";
import { openSafetensors } from "../engine/safetensors.ts";
import { disposeTree } from "../engine/tree.ts";
import { type Experiment, experiment } from "../experiment.ts";
import { ifThere } from "../if_there.ts";
import { modelTemplate } from "../models/model.ts";
import { loadNetwork } from "../models/weights.ts";
import { damage } from "../runs/whole.ts";
import type { Detector, DetectorPlaces } from "./detector.ts";
import type { Judgement } from "./judgement.ts";
import { detectorOf } from "./run_detector.ts";
import type { Tested } from "./tested.ts";

/** Names of the folder's files. */
export const modelFiles = {
  config: "config.json",
  weights: "model.safetensors",
  preprocessor: "preprocessor.json",
  definition: "definition.json",
  card: "README.md",
} as const;

/** What tells such a folder from others, in its config. */
export const MODEL_TYPE = "counterproof";

/** Form in which it is written. */
export const MODEL_FORMAT = 1;

/** What the folder's config says. */
export interface ModelConfig {
  readonly model_type: typeof MODEL_TYPE;
  readonly format: typeof MODEL_FORMAT;
  /** Version of this library that wrote it. */
  readonly version: string;
  /** A sentence each. */
  readonly about: readonly string[];
  /** The definition that it was trained by, its network and view among it. */
  readonly definition: Experiment;
  /** Of the run that trained it. */
  readonly run: { readonly id: string; readonly fingerprint: string; readonly data: string | null };
  /** Hash of the file of weights. */
  readonly sha256: string;
  readonly judgement: Judgement;
  readonly tested: Tested | null;
}

/** Whether a folder is one of a detector. */
export async function isModelFolder(folder: string): Promise<boolean> {
  const text = await ifThere(Deno.readTextFile(join(folder, modelFiles.config))).catch(() => null);
  try {
    return text !== null && JSON.parse(text).model_type === MODEL_TYPE;
  } catch {
    return false;
  }
}

/**
 * Opens the detector of a folder.
 *
 * @throws {Deno.errors.NotFound} when a file of it is missing
 * @throws {TypeError} when its weights are not those that the config names
 * @throws {RangeError} when a newer version wrote it, or its definition is none
 */
export async function openModelFolder(
  folder: string,
  places: Pick<DetectorPlaces, "weights" | "artifacts">,
): Promise<Detector> {
  const config: ModelConfig = JSON.parse(await Deno.readTextFile(join(folder, modelFiles.config)));
  if (config.format > MODEL_FORMAT) {
    throw new RangeError(
      `Cannot open "${folder}": it has format ${config.format}, expected ${MODEL_FORMAT}. Counterproof ` +
        `${config.version} wrote it; update this one`,
    );
  }
  const { about, judgement, tested, sha256 } = config;
  const definition = experiment(config.definition); // what an older version did not have is filled in
  const load = async () => {
    const path = join(folder, modelFiles.weights);
    const wrong = await damage(path, { sha256 });
    if (wrong !== null) throw new TypeError(`Cannot use the weights "${path}": ${wrong}. Copy the folder again`);
    const template = modelTemplate(definition.model);
    try {
      using file = openSafetensors(path);
      return loadNetwork(template, file.tensors);
    } finally {
      disposeTree(template);
    }
  };
  return await detectorOf(definition, places, { about, judgement, tested, load });
}
