/** Backbone and head as one function of images. */
// B samples · H, W height and width · D embedding width · K classes
import { sigmoid, slice, softmax, squeeze, type Tensor1D, type Tensor2D, type Tensor4D, tidy } from "../engine/ops.ts";
import { disposeTree } from "../engine/tree.ts";
import type { Streams } from "../nn/initial.ts";
import type { Outputs } from "../types.ts";
import type { ConvnextParams } from "./convnext.ts";
import type { LinearHeadParams } from "./linear_head.ts";
import { type Backbone, backbones, type Head, heads } from "./mod.ts";
import { loadWeights, type View } from "./weights.ts";

/** A detector: what an experiment calls its model. */
export interface Model {
  readonly backbone: Backbone;
  readonly head: Head;
}

/** Parameters of a model: `backbone` under the names of its checkpoint, `head` beside it. */
export type ModelParams = { readonly backbone: ConvnextParams; readonly head: LinearHeadParams };

/**
 * Fresh parameters, or pretrained ones where the backbone names weights; the head is always fresh.
 *
 * @param streams a stream of random numbers for each weight's name (`backbone.stem.0`, `head.fc`)
 * @param options `weights`: the folder of weights, null when the user named none
 * @returns tensors that the caller owns
 * @throws as `loadWeights` when weights are missing or do not fit
 */
export async function initModel(
  spec: Model,
  streams: Streams,
  { weights = null }: { weights?: string | null } = {},
): Promise<ModelParams> {
  const template = templateOf(spec, streams);
  if (spec.backbone.weights === null) return template;
  try {
    return { ...template, backbone: await loadWeights(spec.backbone.weights, weights, template.backbone) };
  } catch (error) {
    disposeTree(template.head);
    throw error;
  } finally {
    disposeTree(template.backbone);
  }
}

/**
 * Parameters of the model's shapes: a template for a checkpoint, all zeros (norms ones).
 *
 * @returns tensors that the caller owns
 */
export function modelTemplate(spec: Model): ModelParams {
  return parameters(spec, { backbone: null, head: null });
}

/** Drawn where they will be used; a backbone about to be loaded is not drawn first. */
function templateOf(spec: Model, streams: Streams): ModelParams {
  const backbone: Streams = (name) => streams(`backbone.${name}`);
  return parameters(spec, {
    backbone: spec.backbone.weights === null ? backbone : null,
    head: (name) => streams(`head.${name}`),
  });
}

function parameters(spec: Model, streams: { backbone: Streams | null; head: Streams | null }): ModelParams {
  const { init, width } = backbones[spec.backbone.kind];
  return {
    backbone: init(spec.backbone, streams.backbone),
    head: heads[spec.head.kind].init(spec.head, { width: width(spec.backbone), streams: streams.head }),
  };
}

/**
 * Embedding [B, D] and logits [B, K] of images.
 *
 * @param images_BHWC normalised as {@linkcode modelView} says
 * @returns tensors that the caller owns
 */
export function forwardModel(spec: Model, params: ModelParams, images_BHWC: Tensor4D): Outputs {
  return tidy(() => {
    const features_BF = backbones[spec.backbone.kind].forward(spec.backbone, params.backbone, images_BHWC);
    const { embedding, logits } = heads[spec.head.kind].forward(spec.head, params.head, features_BF);
    return { embedding, logits };
  });
}

/** How images are normalised for the model. */
export function modelView(spec: Model): View {
  return backbones[spec.backbone.kind].view(spec.backbone);
}

/** The probability that each image is fake: the sigmoid of one logit, or the second of two by softmax. [B, K] → [B]. */
export function fakeProbability(logits_BK: Tensor2D): Tensor1D {
  return tidy(() => {
    const [rows, classes] = logits_BK.shape;
    if (classes === 1) return squeeze(sigmoid(logits_BK), [1]) as Tensor1D;
    return squeeze(slice(softmax(logits_BK), [0, 1], [rows, 1]), [1]) as Tensor1D;
  });
}
