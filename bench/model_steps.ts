/** Training steps of definitions, as a run takes them, on a made-up batch that stays the same. */
// B rows · H, W height and width · h, w those of error maps · T numbers of a text · F features
import { methods } from "../experiments/pocket.ts";
import { systems } from "../experiments/systems.ts";
import { tensor, type Tensor1D, type Tensor2D, type Tensor4D } from "../lib/engine/ops.ts";
import { derive, type Experiment } from "../lib/experiment.ts";
import { clip, convnext, linear, resnet } from "../lib/models/mod.ts";
import { captionsOf, featureWidth, initModel, seesErrors } from "../lib/models/model.ts";
import { random } from "../lib/random.ts";
import { readLoss, stepper } from "../lib/train/step.ts";
import { firstWeights, type Weights } from "../lib/train/weights.ts";
import type { Batch } from "../lib/types.ts";

const small = derive(methods.plain(), { batch: { size: 16 } });

/** The same objective and optimizer on another network, small of its kind; the captioned one sees 32 rows as all do. */
function on(backbone: Experiment["model"]["backbone"]): Experiment {
  return derive(small, { model: { backbone, head: linear({ classes: 1 }) } });
}

const vit = { width: 64, layers: 2, heads: 4, hidden: 256, patch: 8, image: 64, projection: 32 };
const text = { width: 32, layers: 2, heads: 2, hidden: 128, vocabulary: 64 };

/** What is trained, by what it is called; each network of ours, and what the five systems add to one. */
export const trained: Readonly<Record<string, () => Experiment>> = {
  "ConvNeXt, plain": () => small,
  "ConvNeXt of 7×7 with drop path": () => on(convnext({ depths: [1, 1], dims: [24, 48], dropPath: 0.2 })),
  "ResNet-18": () => on(resnet({ depth: 18 })),
  "CLIP, a vision transformer": () => on(clip({ sizes: vit })),
  "CLIP, a vision transformer and captions": () => on(clip({ sizes: vit, towers: ["image", "text"], text })),
  "CLIP, a ResNet": () => on(clip({ variant: "pocket" })),
  "dual loss": () => systems["dual-loss"].pocket["dual"](),
  "DRCT": () => systems["drct"].pocket["drct"](),
  "Robust CLIP, features under SAM": () => systems["robust-clip"].pocket["robust-clip"](),
  "LaRE², guided by error maps": () => systems["lare"].pocket["lare"](),
  "AlignedForensics": () => systems["aligned"].pocket["aligned"](),
};

/** Rows of each class. */
const HALF = 16;

/** Steps of a definition from weights drawn under its seed; each resolves to the loss before it. */
export async function modelSteps(experiment: Experiment): Promise<() => Promise<number>> {
  const { model } = experiment;
  const drawn = { ...model, backbone: { ...model.backbone, weights: null } };
  const network = await initModel(drawn, (name) => random(experiment.seed, "init", name));
  let weights: Weights = firstWeights(experiment, network);
  const batch = madeUpBatch(experiment);
  const steps = stepper(experiment);
  let step = 0;
  return async () => {
    step++;
    const taken = steps.take(weights, { batches: [batch], rate: 1e-5, step, place: step });
    if ("refused" in taken) {
      throw new Error(`Cannot go on: the loss of step ${step} is ${JSON.stringify(taken.refused)}`);
    }
    const { value, ...next } = taken;
    weights = next;
    return (await readLoss(value)).total;
  };
}

/** A batch of the form that the definition's have: reconstructions where it has them, maps and texts where it reads them. */
function madeUpBatch(experiment: Experiment): Batch {
  const { model, view: { size }, reconstruct, trainable } = experiment;
  const twins = reconstruct === null || reconstruct.kind === "residual" ? null : reconstruct.of;
  const groups = {
    ...{ real: HALF, fake: HALF },
    realRec: twins === "both" || twins === "real" ? HALF : 0,
    fakeRec: twins === "both" || twins === "fake" ? HALF : 0,
  };
  const rows = Object.values(groups).reduce((sum, n) => sum + n, 0);
  const numbers = (name: string, ...shape: number[]) =>
    tensor(random(1, "bench", name).normals(shape.reduce((product, n) => product * n, 1)), shape);
  const labels = tensor(Float32Array.from({ length: rows }, (_, i) => i < HALF ? 0 : 1)) as Tensor1D;
  const told = { ids: [], labels, groups, [Symbol.dispose]() {} };
  if (trainable?.lastStages === 0) {
    return { ...told, features: numbers("features", rows, featureWidth(model)) as Tensor2D };
  }
  const captions = captionsOf(model);
  const side = (model.refine?.map?.size ?? 0) / 8;
  return {
    ...told,
    images: numbers("images", rows, size, size, 3) as Tensor4D,
    errorMaps: seesErrors(model) ? numbers("maps", rows, side, side, 4) as Tensor4D : null,
    tokens: captions === null ? null : textsOf(captions, rows),
  };
}

/** Texts of random words; the largest number ends each. */
function textsOf(
  { length, vocabulary }: { readonly length: number; readonly vocabulary: number },
  rows: number,
): Tensor2D {
  const draw = random(1, "bench", "texts");
  const values = Int32Array.from({ length: rows * length }, (_, i) => {
    return i % length < 8 ? draw.integer(vocabulary - 1) : vocabulary - 1;
  });
  return tensor(values, [rows, length], "int32") as Tensor2D;
}
