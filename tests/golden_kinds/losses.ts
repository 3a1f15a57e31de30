/** Golden cases of the losses: values and gradients through the table in which `run` looks terms up. */
import { valueAndGradient } from "../../lib/engine/gradient.ts";
import {
  concat,
  type Scalar,
  type Tensor,
  tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  zeros,
} from "../../lib/engine/ops.ts";
import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { auc } from "../../lib/losses/auc.ts";
import { binaryCrossEntropy, rowLosses } from "../../lib/losses/binary_cross_entropy.ts";
import { contrastive } from "../../lib/losses/contrastive.ts";
import { crossEntropy } from "../../lib/losses/cross_entropy.ts";
import { cvar, cvarThreshold } from "../../lib/losses/cvar.ts";
import { marginContrastive } from "../../lib/losses/margin_contrastive.ts";
import type { Loss } from "../../lib/losses/mod.ts";
import { reconstructionTriplet } from "../../lib/losses/reconstruction_triplet.ts";
import { lossTerm, totalLoss } from "../../lib/losses/total.ts";
import type { Groups, LossInput } from "../../lib/types.ts";
import { type Computed, only, type OpenCase, shapeOf, valuesOf } from "./cases.ts";

/** The order of a batch's rows. */
const order = ["real", "fake", "realRec", "fakeRec"] as const;

/** `loss.contrastive` */
export function contrastiveCase(open: OpenCase): Promise<Computed> {
  only(open, "similarity", ["cosine"]);
  const { margin, realPairs } = open.config;
  return ofGroups(open, { contrastive: contrastive({ margin, realPairs }) });
}

/** `loss.recon` */
export function reconstructionCase(open: OpenCase): Promise<Computed> {
  const { gamma, orientation } = open.config;
  return ofGroups(open, { reconstruction: reconstructionTriplet({ margin: gamma, orientation }) });
}

/** `loss.dual` */
export function dualCase(open: OpenCase): Promise<Computed> {
  const { margin, realPairs, gamma, orientation, lambda_ } = open.config;
  return ofGroups(open, {
    contrastive: contrastive({ margin, realPairs }),
    reconstruction: reconstructionTriplet({ weight: lambda_, margin: gamma, orientation }),
  });
}

/** `loss.marginContrastive` */
export function marginContrastiveCase(open: OpenCase): Promise<Computed> {
  const { posMargin, negMargin, labels } = open.config;
  const real = shapeOf(open, "in.real")[0];
  only(open, "labels", [labels.map((_: number, row: number) => Number(row >= real))]);
  return ofGroups(open, { contrastive: marginContrastive({ positive: posMargin, negative: negMargin }) });
}

/** `loss.crossEntropy` */
export function crossEntropyCase(open: OpenCase): Promise<Computed> {
  return ofLogits(open, { term: crossEntropy({ smoothing: open.config.labelSmoothing }) }, 2);
}

/** `loss.bce` */
export function binaryCrossEntropyCase(open: OpenCase): Promise<Computed> {
  return ofLogits(open, { term: binaryCrossEntropy() }, 1);
}

/** `loss.cvarAuc` */
export async function cvarAucCase(open: OpenCase): Promise<Computed> {
  const { alpha, gamma, eta, p } = open.config;
  const terms = {
    cvar: cvar({ weight: gamma, alpha }),
    auc: auc({ weight: 1 - gamma, margin: eta, power: p }),
  };
  const found = await ofLogits(open, terms, 1);
  const input = logitInput(open, 1);
  const { logits, labels, embedding } = input;
  const alone = {
    "out.cvar": lossTerm(terms.cvar, input),
    "out.auc": lossTerm(terms.auc, input),
    "out.lambda": tidy(() => cvarThreshold(rowLosses(input), alpha)),
  };
  const read = Object.entries(alone).map(async ([key, value]) => [key, await value.data()] as const);
  const values = Object.fromEntries(await Promise.all(read));
  disposeTree({ logits, labels, embedding, alone });
  return { ...found, ...values };
}

async function ofGroups(open: OpenCase, terms: Record<string, Loss>): Promise<Computed> {
  const rows = Object.fromEntries(
    order.map((name) => [name, tensor(valuesOf(open, `in.${name}`), [...shapeOf(open, `in.${name}`)])]),
  );
  const groups = Object.fromEntries(order.map((name) => [name, rows[name].shape[0]])) as unknown as Groups;
  const size = order.reduce((sum, name) => sum + groups[name], 0);
  const labels = tensor(Array.from({ length: size }, (_, i) => Number(i >= groups.real))) as Tensor1D;
  const logits = zeros([size, 1]) as Tensor2D;
  const { value, gradient } = valueAndGradient((params: Record<string, Tensor>) => {
    const embedding = concat(order.map((name) => params[name])) as Tensor2D;
    return { value: totalLoss(terms, { embedding, logits, labels, groups }).total, aux: {} };
  }, rows);
  disposeTree({ ...rows, labels, logits });
  return await results(value, gradient);
}

async function ofLogits(open: OpenCase, terms: Record<string, Loss>, classes: 1 | 2): Promise<Computed> {
  const { logits, ...others } = logitInput(open, classes);
  const { value, gradient } = valueAndGradient((params: { logits: Tensor }) => ({
    value: totalLoss(terms, { ...others, logits: params.logits as Tensor2D }).total,
    aux: {},
  }), { logits });
  const found = await results(value, gradient);
  disposeTree({ logits, labels: others.labels, embedding: others.embedding });
  const slope = found["grad.logits"] as ArrayLike<number>;
  const inFile = new Float32Array(slope.length);
  for (const [row, from] of batchOrder(open).entries()) {
    for (let k = 0; k < classes; k++) inFile[from * classes + k] = slope[row * classes + k];
  }
  return { ...found, "grad.logits": inFile };
}

/** What a loss is given: the case's rows in the order of a batch. */
function logitInput(open: OpenCase, classes: 1 | 2): LossInput {
  const [logits, truth] = [valuesOf(open, "in.logits"), valuesOf(open, "in.labels")];
  const rows = batchOrder(open);
  const fake = truth.filter((label) => label === 1).length;
  const inOrder = rows.flatMap((row) => logits.slice(row * classes, (row + 1) * classes));
  return {
    logits: tensor(inOrder, [rows.length, classes]) as Tensor2D,
    labels: tensor(rows.map((row) => truth[row]), [rows.length], "float32") as Tensor1D,
    embedding: zeros([rows.length, 1]) as Tensor2D,
    groups: { real: rows.length - fake, fake, realRec: 0, fakeRec: 0 },
  };
}

/** The rows of a case's file in the order of a batch: real ones first. */
function batchOrder(open: OpenCase): number[] {
  const truth = valuesOf(open, "in.labels");
  return [...truth.keys()].sort((a, b) => truth[a] - truth[b]);
}

async function results(loss: Scalar, gradient: Record<string, Tensor>): Promise<Computed> {
  const found: Record<string, ArrayLike<number>> = { "out.loss": await loss.data() };
  for (const [name, slope] of entries(gradient)) found[`grad.${name}`] = await slope.data();
  disposeTree({ loss, ...gradient });
  return found;
}
