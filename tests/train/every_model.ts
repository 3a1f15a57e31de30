/**
 * Trains a tiny network of every kind for some steps, with every loss and optimizer among them. As a program it writes
 * what came of it on the cpu backend, which takes that minutes, into every_model.json.
 */
// B samples · H, W height and width · T numbers of a text
import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { tensor, type Tensor1D, type Tensor2D, type Tensor4D } from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import type { Experiment } from "../../lib/experiment.ts";
import {
  auc,
  binaryCrossEntropy,
  contrastive,
  crossEntropy,
  cvar,
  marginContrastive,
  reconstructionTriplet,
  supervisedContrastive,
} from "../../lib/losses/mod.ts";
import { captionsOf, forwardModel } from "../../lib/models/model.ts";
import { adamW, sam } from "../../lib/optimizers/mod.ts";
import { random } from "../../lib/random.ts";
import { readLoss, stepper } from "../../lib/train/step.ts";
import { firstWeights, judgedNetwork, type Weights } from "../../lib/train/weights.ts";
import type { ImageBatch, LossValue } from "../../lib/types.ts";
import { type Case, cases, drawnNetwork } from "../export/networks.ts";
import { tinyDual } from "../tiny_world.ts";

/** What came of one network. */
export interface Trained {
  /** Total and terms of every step, one after the other. */
  readonly losses: readonly number[];
  /** Of the network after the last step, as it is judged, on the same images. */
  readonly logits: readonly number[];
}

const STEPS = 3;

/** The terms that a head of so many logits can have, and an optimizer; for one logit and two they are others. */
const means = {
  1: {
    loss: {
      classification: binaryCrossEntropy({ balanced: true }),
      contrastive: contrastive({ margin: 0.2 }),
      reconstruction: reconstructionTriplet({ weight: 0.05 }),
      auc: auc(),
      cvar: cvar(),
    },
    optimizer: sam({ base: adamW({ rate: 1e-3 }) }),
  },
  2: {
    loss: {
      classification: crossEntropy(),
      margin: marginContrastive(),
      supervised: supervisedContrastive(),
    },
    optimizer: adamW({ rate: 1e-3 }),
  },
} as const;

function experimentOf({ model }: Case): Experiment {
  const { loss, optimizer } = means[model.head.classes];
  return {
    ...tinyDual(),
    model: { refine: null, ...model },
    loss,
    optimizer,
    trainable: { lastStages: null, ema: 0.9, headNonNegative: false },
    clip: 5,
  };
}

/** One row of each group. */
function batchOf({ model, size, maps }: Case, name: string): ImageBatch {
  const [rows, draw] = [4, random(2, name)];
  const captions = captionsOf(model);
  const images = tensor(draw.normals(rows * size * size * 3), [rows, size, size, 3]) as Tensor4D;
  const labels = tensor(Array.from({ length: rows }, (_, i) => i === 0 ? 0 : 1)) as Tensor1D;
  const errorMaps = maps === undefined
    ? null
    : tensor(draw.normals(rows * maps[0] * maps[1] * 4), [rows, ...maps, 4]) as Tensor4D;
  const tokens = captions === null ? null : tensor(
    Int32Array.from({ length: rows * captions.length }, () => draw.integer(captions.vocabulary)),
    [rows, captions.length],
    "int32",
  ) as Tensor2D;
  return {
    ...{ ids: [], images, labels, errorMaps, tokens },
    groups: { real: 1, fake: 1, realRec: 1, fakeRec: 1 },
    [Symbol.dispose]: () => disposeTree([images, labels, ...[errorMaps, tokens].filter((each) => each !== null)]),
  };
}

/** Trains one of the networks. */
export async function trainOne(name: string): Promise<Trained> {
  const one = cases[name];
  const experiment = experimentOf(one);
  using steps = stepper(experiment);
  using batch = batchOf(one, name);
  let weights = firstWeights(experiment, drawnNetwork(one.model));
  const losses: number[] = [];
  for (let step = 1; step <= STEPS; step++) {
    const { value, ...next } = steps.take(weights, { batches: [batch], rate: 1e-3, step, place: step }) as
      & Weights
      & { value: LossValue };
    losses.push(...Object.values(await readLoss(value)));
    weights = next;
  }
  const { images, errorMaps, tokens } = batch;
  const input = { images, errorMaps, ...(tokens === null ? {} : { tokens }) };
  const outputs = forwardModel(one.model, judgedNetwork(weights), input);
  const logits = [...await outputs.logits.data()];
  disposeTree([weights, outputs]);
  return { losses, logits };
}

if (import.meta.main) {
  await useBackend("cpu");
  const trained: Record<string, Trained> = {};
  for (const name of Object.keys(cases)) trained[name] = await trainOne(name);
  const file = new URL("./every_model.json", import.meta.url);
  await Deno.writeTextFile(file, `${JSON.stringify(trained, null, 2)}\n`);
  closeBackend();
}
