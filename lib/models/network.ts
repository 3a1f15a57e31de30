/** What every backbone, refinement and head gives and is given. Types only. */
// B samples · H, W height and width · C channels · F features · D embedding width · K classes
import type { Tensor2D, Tensor4D } from "../engine/ops.ts";
import type { Tree } from "../engine/tree.ts";
import type { Streams } from "../nn/initial.ts";
import type { Pass } from "../nn/pass.ts";
import type { Outputs } from "../types.ts";
import type { View } from "./weights.ts";

/** What a network learns, and what its norms remember of batches; dotted paths are the names of its checkpoint. */
export type Network<Params extends Tree = Tree, Buffers extends Tree = Tree> = {
  readonly params: Params;
  /** An empty object where the network has no batch norm. */
  readonly buffers: Buffers;
};

/** Random numbers that a network takes while it learns: shape by name, for a batch of `rows`. */
export type DrawShapes = Readonly<Record<string, readonly number[]>>;

/** What a backbone that reads captions takes of them. */
export interface Captions {
  /** Numbers of a caption, start and end among them. */
  readonly length: number;
  /** How many numbers are known: all are below it. */
  readonly vocabulary: number;
  /** What is read where there is no caption: the empty text; null: nothing, such an image is refused. */
  readonly missing: "empty" | null;
  /** Whose vocabulary: that of the published towers, or that of the pocket world's. */
  readonly texts: "published" | "pocket";
}

/** What a backbone makes of images. */
export type Features = {
  /** [B, F] */
  readonly pooled: Tensor2D;
  /** [B, H, W, C], the inner map that a refinement looks at; missing where the backbone offers none. */
  readonly map?: Tensor4D;
  /** [B, H, W, F], the last map, whose mean over H and W `pooled` is; missing where it is not. */
  readonly places?: Tensor4D;
};

/** How a backbone of one kind is made and run. */
export interface BackboneKind<Spec, N extends Network = Network> {
  /**
   * Fresh parameters and buffers.
   *
   * @param streams a stream for each weight's name, so that one more layer leaves the others alone; null makes all
   * zeros (norms ones), a template for a checkpoint
   * @returns tensors that the caller owns
   */
  init(spec: Spec, streams: Streams | null): N;
  /**
   * [B, H, W, 3], normalised as `view` says → features; the caller owns them.
   *
   * @param at `tokens` [B, T] int32, the captions of the images, where the backbone reads them
   * @throws {TypeError} when it reads captions and is given none
   */
  forward(
    spec: Spec,
    network: N,
    at: { readonly images: Tensor4D; readonly tokens?: Tensor2D | null; readonly pass: Pass },
  ): Features;
  /** F */
  width(spec: Spec): number;
  view(spec: Spec): View;
  /** Height and width of the images, pixels, where the network takes no others. */
  side?(spec: Spec): number;
  /** What it takes of captions; null, or missing: it reads none. */
  captions?(spec: Spec): Captions | null;
  /** Side and channels of the inner map of square images of `size` pixels; null, or missing: there is none. */
  inner?(spec: Spec, size: number): { readonly side: number; readonly channels: number } | null;
  /** Whether features have places. */
  readonly places?: boolean;
  /** Beginnings of parameters' names by stage, in the order in which an image passes them; together, all names. */
  stages(spec: Spec): readonly (readonly string[])[];
  /** Names begin with the stage that they belong to. */
  draws(spec: Spec, rows: number): DrawShapes;
}

/** How a refinement of one kind, between backbone and head, is made and run. */
export interface RefineKind<Spec, N extends Network = Network> {
  /** As a backbone's. */
  init(spec: Spec, options: { readonly streams: Streams | null }): N;
  /**
   * Features, and error maps [B, h, w, 4] of the same images → refined features [B, R]; the caller owns them.
   *
   * @throws {TypeError} when it needs error maps and is given none
   */
  forward(
    spec: Spec,
    network: N,
    at: { readonly features: Features; readonly errorMaps: Tensor4D | null; readonly pass: Pass },
  ): Tensor2D;
  /** R, for F features of the backbone. */
  width(spec: Spec, width: number): number;
  draws(spec: Spec, rows: number): DrawShapes;
}

/** How a head of one kind is made and run. */
export interface HeadKind<Spec, N extends Network = Network> {
  /** As a backbone's, for features of `width`. */
  init(spec: Spec, options: { readonly width: number; readonly streams: Streams | null }): N;
  /** [B, F] → embedding [B, D] and logits [B, K], those of places where the head judges them; the caller owns all. */
  forward(
    spec: Spec,
    network: N,
    at: { readonly features: Tensor2D; readonly places?: Tensor4D; readonly pass: Pass },
  ): Outputs;
  draws(spec: Spec, options: { readonly width: number; readonly rows: number }): DrawShapes;
  /** Name of the weight of the last layer, [K, …], that may be held ≥ 0. */
  readonly last: string;
}
