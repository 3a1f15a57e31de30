/** Backbones, refinements and heads by kind. */
import {
  type Clip,
  clipCaptions,
  clipDraws,
  clipFeatures,
  clipInner,
  clipSide,
  clipStages,
  clipView,
  clipWidth,
  initClip,
} from "./clip.ts";
import {
  type Convnext,
  convnextDraws,
  convnextFeatures,
  convnextInner,
  convnextStages,
  convnextView,
  convnextWidth,
  initConvnext,
} from "./convnext.ts";
import {
  type ErrorGuided,
  errorGuidedDraws,
  errorGuidedWidth,
  initErrorGuided,
  refineByError,
} from "./error_guided.ts";
import { applyLinearHead, initLinearHead, type LinearHead, linearHeadDraws } from "./linear_head.ts";
import { applyMlp, initMlp, mlpDraws, type MlpHead } from "./mlp_head.ts";
import type { BackboneKind, HeadKind, RefineKind } from "./network.ts";
import {
  initResnet,
  type Resnet,
  resnetDraws,
  resnetFeatures,
  resnetInner,
  resnetStages,
  resnetView,
  resnetWidth,
} from "./resnet.ts";

export { type Clip, clip, type ClipVariant } from "./clip.ts";
export { type Convnext, convnext } from "./convnext.ts";
export { type ErrorGuided, errorGuided } from "./error_guided.ts";
export { linear, type LinearHead } from "./linear_head.ts";
export { mlp, type MlpHead } from "./mlp_head.ts";
export { type Resnet, resnet } from "./resnet.ts";

/** kind → how it is made and run. */
export const backbones = {
  convnext: {
    init: initConvnext,
    forward: convnextFeatures,
    width: convnextWidth,
    view: convnextView,
    inner: convnextInner,
    stages: convnextStages,
    draws: convnextDraws,
  } satisfies BackboneKind<Convnext, ReturnType<typeof initConvnext>>,
  resnet: {
    init: initResnet,
    forward: resnetFeatures,
    width: resnetWidth,
    view: resnetView,
    inner: resnetInner,
    places: true,
    stages: resnetStages,
    draws: resnetDraws,
  } satisfies BackboneKind<Resnet, ReturnType<typeof initResnet>>,
  clip: {
    init: initClip,
    forward: clipFeatures,
    width: clipWidth,
    side: clipSide,
    captions: clipCaptions,
    inner: clipInner,
    view: clipView,
    stages: clipStages,
    draws: clipDraws,
  } satisfies BackboneKind<Clip, ReturnType<typeof initClip>>,
};

/** kind → how it is made and run. */
export const refinements = {
  errorGuided: {
    init: initErrorGuided,
    forward: refineByError,
    width: errorGuidedWidth,
    draws: errorGuidedDraws,
  } satisfies RefineKind<ErrorGuided, ReturnType<typeof initErrorGuided>>,
};

/** kind → how it is made and run. */
export const heads = {
  linear: {
    init: initLinearHead,
    forward: applyLinearHead,
    draws: linearHeadDraws,
    last: "fc.weight",
  } satisfies HeadKind<LinearHead, ReturnType<typeof initLinearHead>>,
  mlp: {
    init: initMlp,
    forward: applyMlp,
    draws: mlpDraws,
    last: "output_layer.weight",
  } satisfies HeadKind<MlpHead, ReturnType<typeof initMlp>>,
};

/**
 * The type of the table.
 * @internal
 */
type Backbones = typeof backbones;

/** Any backbone part. */
export type Backbone = Parameters<Backbones[keyof Backbones]["init"]>[0];

/**
 * The type of the table.
 * @internal
 */
type Refinements = typeof refinements;

/** Any refinement part. */
export type Refinement = Parameters<Refinements[keyof Refinements]["init"]>[0];

/**
 * The type of the table.
 * @internal
 */
type Heads = typeof heads;

/** Any head part. */
export type Head = Parameters<Heads[keyof Heads]["init"]>[0];

/** The entry of a backbone's kind. */
export function backboneKind(spec: Backbone): BackboneKind<Backbone> {
  return backbones[spec.kind] as unknown as BackboneKind<Backbone>;
}

/** The entry of a refinement's kind. */
export function refineKind(spec: Refinement): RefineKind<Refinement> {
  return refinements[spec.kind] as unknown as RefineKind<Refinement>;
}

/** The entry of a head's kind. */
export function headKind(spec: Head): HeadKind<Head> {
  return heads[spec.kind] as unknown as HeadKind<Head>;
}
