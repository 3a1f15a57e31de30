/** Backbone, refinement and head as one function of images. */
// B samples · H, W height and width · h, w those of error maps · F features · D embedding width · K classes
import { sigmoid, slice, softmax, squeeze, type Tensor1D, type Tensor2D, type Tensor4D, tidy } from "../engine/ops.ts";
import { disposeTree, type Tree } from "../engine/tree.ts";
import type { Streams } from "../nn/initial.ts";
import { judging, type Pass, within } from "../nn/pass.ts";
import type { Outputs } from "../types.ts";
import { type Backbone, backboneKind, type Head, headKind, refineKind, type Refinement } from "./mod.ts";
import type { Captions, DrawShapes, Features, Network } from "./network.ts";
import { loadWeights, type View } from "./weights.ts";

/** A detector: what an experiment calls its model. */
export interface Model {
  readonly backbone: Backbone;
  /** What refines the features before the head sees them; nothing where it is null or missing. */
  readonly refine?: Refinement | null;
  readonly head: Head;
}

/** A tree of a model: `backbone` under the names of its checkpoint, the others beside it; `refine` empty without one. */
export type ModelTree = { readonly backbone: Tree; readonly refine: Tree; readonly head: Tree };

/** A model's parameters, and what its norms remember. */
export type ModelNetwork = Network<ModelTree, ModelTree>;

/**
 * A fresh model, or a pretrained one where the backbone names weights; refinement and head are always
 * fresh.
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
): Promise<ModelNetwork> {
  // drawn where they will be used: a backbone about to be loaded is not drawn first
  const drawn = spec.backbone.weights === null ? inside(streams, "backbone") : null;
  const template = join(spec, {
    backbone: drawn,
    refine: inside(streams, "refine"),
    head: inside(streams, "head"),
  });
  if (spec.backbone.weights === null) return template;
  const { params, buffers } = template;
  const backbone = { params: params.backbone, buffers: buffers.backbone };
  try {
    const loaded = await loadWeights(spec.backbone.weights, weights, backbone);
    return {
      params: { ...params, backbone: loaded.params },
      buffers: { ...buffers, backbone: loaded.buffers },
    };
  } catch (error) {
    disposeTree([params.refine, params.head, buffers.refine, buffers.head]);
    throw error;
  }
}

/**
 * A model's shapes: a template for a checkpoint, all zeros (norms ones).
 *
 * @returns tensors that the caller owns
 */
export function modelTemplate(spec: Model): ModelNetwork {
  return join(spec, { backbone: null, refine: null, head: null });
}

function join(spec: Model, streams: Readonly<Record<keyof ModelTree, Streams | null>>): ModelNetwork {
  const backbone = backboneKind(spec.backbone).init(spec.backbone, streams.backbone);
  const refine = spec.refine
    ? refineKind(spec.refine).init(spec.refine, { streams: streams.refine })
    : { params: {}, buffers: {} };
  const head = headKind(spec.head).init(spec.head, { width: widthOf(spec), streams: streams.head });
  return {
    params: { backbone: backbone.params, refine: refine.params, head: head.params },
    buffers: { backbone: backbone.buffers, refine: refine.buffers, head: head.buffers },
  };
}

/** Number of features that the backbone of a model gives. */
export function featureWidth({ backbone }: Model): number {
  return backboneKind(backbone).width(backbone);
}

/** Number of features that the head sees. */
function widthOf({ backbone, refine }: Model): number {
  const width = backboneKind(backbone).width(backbone);
  return refine ? refineKind(refine).width(refine, width) : width;
}

function inside(streams: Streams, part: keyof ModelTree): Streams {
  return (name) => streams(`${part}.${name}`);
}

/** Images [B, H, W, 3], with the numbers of their captions [B, T] where the backbone reads them. */
export type Pictures = { readonly images: Tensor4D; readonly tokens?: Tensor2D };

/** What a model looks at: images, or the features [B, F] that its backbone made of them before. */
export type Input = Pictures | { readonly features: Tensor2D };

/** What the backbone of a model, as it is judged, makes of images: features [B, F], which the caller owns. */
export function backboneFeatures({ backbone }: Model, { params, buffers }: ModelNetwork, at: Pictures): Tensor2D {
  const network = { params: params.backbone, buffers: buffers.backbone };
  return tidy(() =>
    backboneKind(backbone).forward(backbone, network, { ...at, pass: within(judging, "backbone") }).pooled
  );
}

/**
 * Embedding [B, D] and logits [B, K] of images, and logits of their places where the head judges these.
 *
 * @param at `images` normalised as {@linkcode modelView} says; `tokens` [B, T] of their captions, which a backbone may
 * read; `errorMaps` [B, h, w, 4] of them, which a refinement may
 * need; `pass`, how the model sees them, by default as it is judged
 * @returns tensors that the caller owns
 * @throws {TypeError} when the refinement needs error maps and none are given, or sees images and features are given;
 * when the backbone reads captions and none are given
 */
export function forwardModel(
  spec: Model,
  { params, buffers }: ModelNetwork,
  { errorMaps = null, pass = judging, ...input }: Input & {
    readonly errorMaps?: Tensor4D | null;
    readonly pass?: Pass;
  },
): Outputs {
  const network = (part: keyof ModelTree) => ({ params: params[part], buffers: buffers[part] });
  return tidy(() => {
    const features = featuresOf(spec, network("backbone"), { input, pass: within(pass, "backbone") });
    return headKind(spec.head).forward(spec.head, network("head"), {
      ...refined(spec, network("refine"), { features, errorMaps, pass: within(pass, "refine") }),
      pass: within(pass, "head"),
    });
  });
}

function featuresOf(
  { backbone, refine }: Model,
  network: Network,
  { input, pass }: { readonly input: Input; readonly pass: Pass },
): Features {
  if ("images" in input) return backboneKind(backbone).forward(backbone, network, { ...input, pass });
  if (refine) throw new TypeError(`Cannot refine features by ${refine.kind}(): it looks at images, give these`);
  return { pooled: input.features };
}

/** What the head sees; refined features are no mean of places. */
function refined(
  { refine }: Model,
  network: Network,
  at: { readonly features: Features; readonly errorMaps: Tensor4D | null; readonly pass: Pass },
): { readonly features: Tensor2D; readonly places?: Tensor4D } {
  if (refine) return { features: refineKind(refine).forward(refine, network, at) };
  const { pooled, places } = at.features;
  return { features: pooled, ...(places === undefined ? {} : { places }) };
}

/** Whether a model looks at the error maps of images, which its batches carry then: a refinement does. */
export function seesErrors({ refine }: Pick<Model, "refine">): boolean {
  return refine !== undefined && refine !== null;
}

/** What a model takes of the captions of images, which its batches carry then; null: it reads none. */
export function captionsOf({ backbone }: Pick<Model, "backbone">): Captions | null {
  return backboneKind(backbone).captions?.(backbone) ?? null;
}

/** The random numbers that a batch of `rows` takes while the model learns: shape by name. */
export function modelDraws(spec: Model, rows: number): DrawShapes {
  return {
    ...named("backbone", backboneKind(spec.backbone).draws(spec.backbone, rows)),
    ...(spec.refine ? named("refine", refineKind(spec.refine).draws(spec.refine, rows)) : {}),
    ...named("head", headKind(spec.head).draws(spec.head, { width: widthOf(spec), rows })),
  };
}

function named(part: keyof ModelTree, shapes: DrawShapes): DrawShapes {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [`${part}.${name}`, shape]));
}

/**
 * Which names of a model's parameters and draws learn when only the last stages of its backbone do; refinement and
 * head always do.
 *
 * @param lastStages number of stages, 0 for none; null: all
 * @throws {RangeError} when the backbone has fewer
 */
export function learnsOf(spec: Model, lastStages: number | null): (name: string) => boolean {
  if (lastStages === null) return () => true;
  const stages = backboneKind(spec.backbone).stages(spec.backbone);
  if (lastStages > stages.length) {
    throw new RangeError(
      `Cannot train the last ${lastStages} stages of ${spec.backbone.kind}: it has ${stages.length} ` +
        `(${stages.map((names) => names[0]).join(", ")})`,
    );
  }
  const free = stages.slice(stages.length - lastStages).flat();
  return (name) => !name.startsWith("backbone.") || free.some((start) => `${name}.`.startsWith(`backbone.${start}.`));
}

/** Name of the weight of the model's last layer. */
export function lastWeight(spec: Model): string {
  return `head.${headKind(spec.head).last}`;
}

/** How images are normalised for the model. */
export function modelView(spec: Model): View {
  return backboneKind(spec.backbone).view(spec.backbone);
}

/** The probability that each image is fake: the sigmoid of one logit, or the second of two by softmax. [B, K] → [B]. */
export function fakeProbability(logits_BK: Tensor2D): Tensor1D {
  return tidy(() => {
    const [rows, classes] = logits_BK.shape;
    if (classes === 1) return squeeze(sigmoid(logits_BK), [1]) as Tensor1D;
    return squeeze(slice(softmax(logits_BK), [0, 1], [rows, 1]), [1]) as Tensor1D;
  });
}
