/** Golden cases of ConvNeXt: forward, gradients, and whole training steps, through `model.ts` and the tables. */
import { valueAndGradient } from "../../lib/engine/gradient.ts";
import { loadInto, storeTree, torchShape } from "../../lib/engine/layout.ts";
import {
  add,
  concat,
  type Scalar,
  square,
  sum,
  type Tensor,
  tensor,
  type Tensor1D,
  type Tensor4D,
  tidy,
  transpose,
} from "../../lib/engine/ops.ts";
import type { Stored } from "../../lib/engine/safetensors.ts";
import { disposeTree, entries, sizeOf } from "../../lib/engine/tree.ts";
import { contrastive } from "../../lib/losses/contrastive.ts";
import { crossEntropy } from "../../lib/losses/cross_entropy.ts";
import { marginContrastive } from "../../lib/losses/margin_contrastive.ts";
import type { Loss } from "../../lib/losses/mod.ts";
import { reconstructionTriplet } from "../../lib/losses/reconstruction_triplet.ts";
import { lossTerm, totalLoss } from "../../lib/losses/total.ts";
import { convnext } from "../../lib/models/convnext.ts";
import { linear } from "../../lib/models/linear_head.ts";
import { forwardModel, type Model, type ModelNetwork, modelTemplate, type ModelTree } from "../../lib/models/model.ts";
import { adamW } from "../../lib/optimizers/adamw.ts";
import { optimizers } from "../../lib/optimizers/mod.ts";
import { slopeOf } from "../../lib/optimizers/slope.ts";
import type { Groups, LossInput } from "../../lib/types.ts";
import { type Comparison, type Computed, only, type OpenCase, shapeOf, valuesOf } from "./cases.ts";
import { formulaImage, formulaWeight } from "./formula.ts";

/** `backbone.convnext`: recorded weights, outputs and some gradients. */
export async function convnextCase(open: OpenCase): Promise<Computed> {
  only(open, "naming", ["timm"]);
  only(open, "loss", ["sum(logits²)+sum(features)"]);
  const { depths, dims, numClasses } = open.config;
  const model: Model = { backbone: convnext({ depths, dims }), head: linear({ classes: numClasses }) };
  const { params, buffers } = load(model, (name) => open.tensors.get(`param.${name}`));
  const images = toHouse(valuesOf(open, "in.image"), shapeOf(open, "in.image"));
  const { value, gradient, aux } = valueAndGradient((leaves: { params: ModelTree; images: Tensor }) => {
    const { embedding, logits } = forwardModel(model, { params: leaves.params, buffers }, {
      images: leaves.images as Tensor4D,
    });
    return { value: add<Scalar>(sum(square(logits)), sum(embedding)), aux: { embedding, logits } };
  }, { params, images });
  const found: Record<string, ArrayLike<number>> = {
    "out.features": await aux.embedding.data(),
    "out.logits": await aux.logits.data(),
    "grad.image": await toTorch(gradient.images as Tensor4D),
  };
  for (const [path, { data }] of await storeTree(gradient.params)) {
    const name = `grad.${timmName(path)}`;
    if (open.tensors.has(name)) found[name] = data as Float32Array;
  }
  disposeTree({ params, buffers, images, value, gradient, ...aux });
  return found;
}

/** `backbone.convnext.formula`: a published size with weights that follow from their names. */
export async function convnextFormulaCase(open: OpenCase): Promise<Computed> {
  only(open, "naming", ["timm"]);
  const { timm, numClasses, image: pixels, seed, keys } = open.config;
  const size = timm.replace(/^convnext_/, "");
  const model: Model = { backbone: convnext({ size }), head: linear({ classes: numClasses }) };
  const network = load(model, (name) => name in keys ? formulaWeight(seed, name, keys[name]) : undefined);
  const images = toHouse(formulaImage(seed, pixels), pixels.shape);
  const { embedding, logits } = forwardModel(model, network, { images });
  const found = { "out.features": await embedding.data(), "out.logits": await logits.data() };
  const parameters = { got: [sizeOf(network.params)], want: [open.config.parameters] };
  disposeTree({ network, images, embedding, logits });
  return { ...found, parameters };
}

/** `training`: whole steps of a small ConvNeXt; the losses of each step and the final weights. */
export async function trainingCase(open: OpenCase): Promise<Computed> {
  const { steps, seed, depths, dims, lr, weightDecay } = open.config;
  only(open, "weights", ["formula"]);
  const model: Model = { backbone: convnext({ depths, dims }), head: linear({ classes: 2 }) };
  const { columns, objective } = termsOf(open);
  const batches = readBatches(open);
  const spec = adamW({ rate: lr, decay: weightDecay });
  let { params, buffers }: ModelNetwork = load(model, (name, shape) => formulaWeight(seed, name, shape));
  let state = optimizers.adamW.init(spec, params);
  const log: Record<string, number>[] = [];
  for (let step = 1; step <= steps; step++) {
    const { images, labels, groups } = batches(step - 1);
    const input = (at: ModelTree): LossInput => ({
      ...forwardModel(model, { params: at, buffers }, { images }),
      labels,
      groups,
    });
    const row = tidy(() => {
      const seen = input(params);
      return Object.fromEntries(Object.entries(columns).map(([name, term]) => [name, lossTerm(term, seen)]));
    });
    const slope = slopeOf((at: ModelTree) => ({ value: totalLoss(objective, input(at)), buffers }));
    const stepped = optimizers.adamW.step(spec, slope, { params, state, rate: spec.rate, step });
    ({ params, state } = stepped);
    buffers = stepped.buffers as ModelTree;
    const scalars = { ...row, loss: stepped.value.total };
    const read = Object.entries(scalars).map(async ([name, scalar]) => [name, (await scalar.data())[0]]);
    log.push(Object.fromEntries(await Promise.all(read)));
    disposeTree({ images, labels, scalars, terms: stepped.value.terms });
  }
  const found: Record<string, ArrayLike<number> | Comparison> = { "out.log": compareColumns(open, log) };
  for (const [path, { data }] of await storeTree(params)) {
    const name = `out.${timmName(path)}`;
    if (open.tensors.has(name)) found[name] = data as Float32Array;
  }
  disposeTree({ params, buffers, state });
  return found;
}

/** The terms of the recorded columns, and those that a training case minimises. */
function termsOf(open: OpenCase): Record<"columns" | "objective", Record<string, Loss>> {
  const { mode, margin, gamma, lambda_, alpha } = open.config;
  const columns = {
    ce: crossEntropy(),
    contrastive: contrastive({ margin }),
    recon: reconstructionTriplet({ weight: lambda_, margin: gamma, orientation: "stated" }),
    marginContrastive: marginContrastive(),
  };
  const { ce, contrastive: con, recon } = columns;
  const modes: Record<string, Record<string, Loss>> = {
    contrastive: { ce, con },
    dual: { ce, con, recon },
    drct: { ce: crossEntropy({ weight: 1 - alpha }), con: marginContrastive({ weight: alpha }) },
  };
  only(open, "mode", Object.keys(modes));
  return { columns, objective: modes[mode] };
}

/** Every column of the recorded table but those whose part is pending. */
function compareColumns(open: OpenCase, log: readonly Record<string, number>[]): Comparison {
  const columns: string[] = open.config.columns;
  const recorded = valuesOf(open, "out.log");
  const standing = columns.filter((name) => !open.pendingColumns.includes(name));
  return {
    got: log.flatMap((row) => standing.map((name) => row[name])),
    want: log.flatMap((_, i) => standing.map((name) => recorded[i * columns.length + columns.indexOf(name)])),
  };
}

/** The batches of a training case, described in words: `formula: name train/<group>, shape […], range […]`. */
function readBatches(open: OpenCase): (step: number) => { images: Tensor4D; labels: Tensor1D; groups: Groups } {
  const told = /^formula: name (.+)<group>, shape \[(.+)\], range \[(.+)\]$/.exec(open.config.images);
  if (told === null) throw new TypeError(`Cannot compute case "${open.name}": images are "${open.config.images}"`);
  const shape = told[2].split(",").map(Number);
  const [lo, hi] = told[3].split(",").map(Number);
  only(open, "groups", [["real", "realRec", "fake", "fakeRec"]]);
  only(open, "steps", [shape[0]]);
  only(open, "perGroup", [shape[1]]);
  const size = shape.slice(1).reduce((product, n) => product * n, 1);
  const pixels = ["real", "fake", "realRec", "fakeRec"].map((group) =>
    formulaImage(open.config.seed, { name: `${told[1]}${group}`, shape, lo, hi })
  );
  const n = shape[1];
  return (step) => ({
    images: tidy(() =>
      concat(pixels.map((all) => toHouse(all.subarray(step * size, (step + 1) * size), shape.slice(1))))
    ),
    labels: tensor(Float32Array.from({ length: 4 * n }, (_, i) => Number(i >= n))) as Tensor1D,
    groups: { real: n, fake: n, realRec: n, fakeRec: n },
  });
}

/** A model whose parameters come from tensors under timm's names. */
function load(model: Model, find: (name: string, shape: number[]) => Stored | undefined): ModelNetwork {
  const { params: template, buffers } = modelTemplate(model);
  const found = new Map<string, Stored>();
  for (const [path, leaf] of entries(template)) {
    const stored = find(timmName(path), torchShape(leaf.shape));
    if (stored !== undefined) found.set(path, stored);
  }
  const params = loadInto(template, found);
  disposeTree(template);
  return { params, buffers };
}

/** In timm the classifier belongs to the backbone. */
function timmName(path: string): string {
  return path.replace(/^backbone\./, "");
}

/** NCHW values → NHWC tensor. */
export function toHouse(values: ArrayLike<number>, shape: readonly number[]): Tensor4D {
  return tidy(() =>
    transpose(tensor(Float32Array.from(values), [...shape] as [number, number, number, number]), [0, 2, 3, 1])
  );
}

/** NHWC tensor → NCHW values. */
export async function toTorch(image: Tensor4D): Promise<ArrayLike<number>> {
  const turned = transpose(image, [0, 3, 1, 2]);
  const values = await turned.data();
  turned.dispose();
  return values;
}
