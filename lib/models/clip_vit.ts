/**
 * CLIP's image tower in the form of a vision transformer, with transformers' names of weights, theirs of `vision_model`
 * without that prefix.
 *
 * Source: Learning Transferable Visual Models From Natural Language Supervision (Radford et al. 2021); the network is
 * An Image is Worth 16x16 Words (Dosovitskiy et al. 2021) with one more norm before its layers.
 */
// B samples · G patches along a side · T = G² + 1 tokens · D width · F features
import {
  add,
  concat,
  reshape,
  squeeze,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tidy,
  tile,
} from "../engine/ops.ts";
import { applyConv, type FilterParams } from "../nn/conv.ts";
import type { Streams } from "../nn/initial.ts";
import { applyLinear, type ProjectionParams } from "../nn/linear.ts";
import { applyNorm, initNorm, type NormParams } from "../nn/norm.ts";
import {
  applyClipLayers,
  clipEpsilon,
  type ClipLayer,
  type ClipLayers,
  initClipLayers,
  normalOf,
} from "./clip_layers.ts";
import type { Features, Network } from "./network.ts";

/** Sizes of an image tower. */
export interface ClipVit extends ClipLayers {
  /** Side of the images, pixels; a multiple of `patch`. */
  readonly image: number;
  /** Side of the patches, pixels. */
  readonly patch: number;
  /** F, the width of the space that images and texts share; null: features are the class token's, D of them. */
  readonly projection: number | null;
}

/** Parameters under transformers' names; its "pre_layrnorm" is spelt so. */
export type ClipVitParams = {
  readonly embeddings: {
    /** [D] */
    readonly class_embedding: Tensor;
    readonly patch_embedding: FilterParams;
    /** [T, D] */
    readonly position_embedding: { readonly weight: Tensor };
  };
  readonly pre_layrnorm: NormParams;
  readonly encoder: { readonly layers: readonly ClipLayer[] };
  readonly post_layernorm: NormParams;
  /** [F, D] */
  readonly visual_projection?: ProjectionParams;
};

/** A tower has no batch norm. */
export type ClipVitNetwork = Network<ClipVitParams, Record<string, never>>;

/**
 * A fresh tower: embeddings and projection normal with deviation 1/√D, filters .02, layers as `initClipLayers` has them.
 *
 * @param streams a stream for each weight's name; null makes all zeros (norms ones), a template for a checkpoint
 * @returns tensors that the caller owns
 */
export function initClipVit(spec: ClipVit, streams: Streams | null): ClipVitNetwork {
  const { width, image, patch, projection } = spec;
  const normal = (name: string, shape: number[], deviation = width ** -0.5) =>
    normalOf(streams, name, deviation)(shape);
  const params = {
    embeddings: {
      class_embedding: normal("embeddings.class_embedding", [width]),
      patch_embedding: { weight: normal("embeddings.patch_embedding", [patch, patch, 3, width], 0.02) },
      position_embedding: { weight: normal("embeddings.position_embedding", [(image / patch) ** 2 + 1, width]) },
    },
    pre_layrnorm: initNorm(width),
    encoder: { layers: initClipLayers(spec, streams) },
    post_layernorm: initNorm(width),
    ...(projection === null ? {} : { visual_projection: { weight: normal("visual_projection", [projection, width]) } }),
  };
  return { params, buffers: {} };
}

/**
 * Features of images: what the class token has gathered, normed and projected, not of unit length.
 * [B, image, image, 3] → [B, F].
 *
 * @throws {TypeError} when the images are of another size: every patch has a learned position
 */
export function clipVitFeatures(
  spec: ClipVit,
  { params }: ClipVitNetwork,
  { images: images_BHWC }: { readonly images: Tensor4D },
): Features {
  checkImages(images_BHWC, spec.image);
  return tidy(() => {
    const tokens_BTD = applyNorm(params.pre_layrnorm, embed(spec, params, images_BHWC), clipEpsilon) as Tensor3D;
    const class_B1D = applyClipLayers(spec, params.encoder.layers, { tokens: tokens_BTD, wanted: 1 });
    const normed_BD = applyNorm(params.post_layernorm, squeeze(class_B1D, [1]), clipEpsilon);
    const { visual_projection } = params;
    const pooled = visual_projection === undefined ? normed_BD : applyLinear(visual_projection, normed_BD);
    return { pooled: pooled as Tensor2D };
  });
}

/** The class token, then the patches in rows from the top left, each with its position added. */
function embed({ patch, width }: ClipVit, { embeddings }: ClipVitParams, images_BHWC: Tensor4D): Tensor3D {
  const patches_BGGD = applyConv(embeddings.patch_embedding, images_BHWC, { stride: patch });
  const [batch, rows, columns] = patches_BGGD.shape;
  const class_B1D = tile(reshape(embeddings.class_embedding, [1, 1, width]), [batch, 1, 1]);
  const tokens_BTD = concat([class_B1D, reshape(patches_BGGD, [batch, rows * columns, width])], 1);
  return add(tokens_BTD, embeddings.position_embedding.weight) as Tensor3D;
}

/** Patches, positions and first norm; the layers; the last of them with the norm and projection behind it. */
export function clipVitStages({ layers, projection }: ClipVit): string[][] {
  const each = Array.from({ length: layers }, (_, i) => [`encoder.layers.${i}`]);
  each[layers - 1].push("post_layernorm", ...(projection === null ? [] : ["visual_projection"]));
  return [["embeddings", "pre_layrnorm"], ...each];
}

/**
 * Refuses images that have not the size that a network's learned positions are for.
 *
 * @throws {TypeError} with the shape given and the one expected
 */
export function checkImages(images: Tensor4D, side: number): void {
  const [, height, width, channels] = images.shape;
  if (images.rank === 4 && height === side && width === side && channels === 3) return;
  throw new TypeError(
    `Cannot see images of shape [${
      images.shape.join(", ")
    }]: expected [B, ${side}, ${side}, 3], since every place has ` +
      "a learned position; crop or resize them, or take a variant of their size",
  );
}
