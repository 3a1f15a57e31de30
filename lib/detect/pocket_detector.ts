/** The detector that is shipped: small, trained on the pocket world, and honest about what that is worth. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as augment from "../augment/mod.ts";
import type { View } from "../augment/mod.ts";
import { makersOf, partOf } from "../definition/reader.ts";
import { readSafetensors } from "../engine/safetensors.ts";
import { disposeTree } from "../engine/tree.ts";
import type { Experiment } from "../experiment.ts";
import * as models from "../models/mod.ts";
import type { Backbone, Head } from "../models/mod.ts";
import { type Model, modelTemplate, modelView } from "../models/model.ts";
import { loadNetwork } from "../models/weights.ts";
import type { Detector } from "./detector.ts";
import type { Judgement } from "./judgement.ts";
import type { Tested } from "./tested.ts";

/** What is told of the shipped detector in the file beside its weights. */
export interface PocketCard {
  readonly format: 1;
  readonly name: string;
  /** A sentence each: what it is, how good, and what it is not. */
  readonly about: readonly string[];
  readonly licence: string;
  /** The command that makes it again. */
  readonly made: string;
  /** The definition that it was trained by, and its identity. */
  readonly experiment: Experiment;
  readonly id: string;
  readonly weights: { readonly file: string; readonly sha256: string };
  readonly judgement: Judgement;
  /** Expected calibration error on the test images, 15 bins, before and after calibration. */
  readonly ece: { readonly score: number; readonly calibrated: number };
  readonly tested: Tested | null;
}

/** Folder in which it lies. */
export const shippedModel = join(import.meta.dirname!, "../pocket/model");

/** Name of the file that tells of it. */
export const CARD = "pocket.json";

const REMEDY = "Restore it with: git checkout -- lib/pocket/model, or make it anew with: deno task pocket:model";

/**
 * Opens the shipped detector.
 *
 * @throws {Deno.errors.NotFound} when a file of it is missing
 * @throws {TypeError} when its weights are not those that the card names
 */
export async function openPocket(folder: string = shippedModel): Promise<Detector> {
  const card: PocketCard = JSON.parse(new TextDecoder().decode(await readOrRefuse(join(folder, CARD))));
  const { weights: { file, sha256 } } = card;
  const { model, view } = completed(card.experiment);
  const path = join(folder, file);
  const bytes = await readOrRefuse(path);
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== sha256) {
    throw new TypeError(`Cannot use the weights "${path}": their SHA-256 is ${found}, expected ${sha256}. ${REMEDY}`);
  }
  const network = loaded(model, bytes);
  return {
    ...{ name: card.name, about: card.about, judgement: card.judgement, tested: card.tested },
    ...{ model, network, view, ...modelView(model), prepared: null, captions: null },
    [Symbol.dispose]: () => disposeTree(network),
  };
}

/** Parts with the options that a later version gave them. */
function completed({ model: { backbone, head }, view }: Experiment): { readonly model: Model; readonly view: View } {
  return {
    model: {
      backbone: partOf<Backbone>("a backbone", makersOf(models, models.backbones))(backbone, "model.backbone"),
      head: partOf<Head>("a head", makersOf(models, models.heads))(head, "model.head"),
    },
    view: partOf<View>("a view", makersOf(augment, augment.views))(view, "view"),
  };
}

function loaded(model: Model, bytes: Uint8Array<ArrayBuffer>): Detector["network"] {
  const template = modelTemplate(model);
  try {
    return loadNetwork(template, readSafetensors(bytes));
  } finally {
    disposeTree(template);
  }
}

async function readOrRefuse(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Deno.errors.NotFound(`Cannot find "${path}" of the shipped detector. ${REMEDY}`, { cause });
  }
}
