/** Golden cases of the losses: values and gradients through the table in which `run` looks terms up. */
import { valueAndGradient } from "../../lib/engine/gradient.ts";
import {
  concat,
  reshape,
  type Scalar,
  type Tensor,
  tensor,
  type Tensor1D,
  type Tensor2D,
  zeros,
} from "../../lib/engine/ops.ts";
import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { binaryCrossEntropy } from "../../lib/losses/binary_cross_entropy.ts";
import { contrastive } from "../../lib/losses/contrastive.ts";
import { crossEntropy } from "../../lib/losses/cross_entropy.ts";
import type { Loss } from "../../lib/losses/mod.ts";
import { reconstructionTriplet } from "../../lib/losses/reconstruction_triplet.ts";
import { totalLoss } from "../../lib/losses/total.ts";
import type { Groups } from "../../lib/types.ts";
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

/** `loss.crossEntropy` */
export function crossEntropyCase(open: OpenCase): Promise<Computed> {
  return ofLogits(open, crossEntropy({ smoothing: open.config.labelSmoothing }), 2);
}

/** `loss.bce` */
export function binaryCrossEntropyCase(open: OpenCase): Promise<Computed> {
  return ofLogits(open, binaryCrossEntropy(), 1);
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

async function ofLogits(open: OpenCase, term: Loss, classes: 1 | 2): Promise<Computed> {
  const truth = valuesOf(open, "in.labels");
  const logits = tensor(valuesOf(open, "in.logits"), [...shapeOf(open, "in.logits")]);
  const labels = tensor(truth, [truth.length], "float32") as Tensor1D;
  const embedding = zeros([truth.length, 1]) as Tensor2D;
  const fake = truth.filter((label) => label === 1).length;
  const groups: Groups = { real: truth.length - fake, fake, realRec: 0, fakeRec: 0 };
  const { value, gradient } = valueAndGradient((params: { logits: Tensor }) => {
    const given = reshape(params.logits, [truth.length, classes]) as Tensor2D;
    return { value: totalLoss({ term }, { embedding, logits: given, labels, groups }).total, aux: {} };
  }, { logits });
  disposeTree({ logits, labels, embedding });
  return await results(value, gradient);
}

async function results(loss: Scalar, gradient: Record<string, Tensor>): Promise<Computed> {
  const found: Record<string, ArrayLike<number>> = { "out.loss": await loss.data() };
  for (const [name, slope] of entries(gradient)) found[`grad.${name}`] = await slope.data();
  disposeTree({ loss, ...gradient });
  return found;
}
