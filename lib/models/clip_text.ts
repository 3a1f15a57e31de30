/**
 * CLIP's text tower, with transformers' names of weights, theirs of `text_model` without that prefix. It takes numbers
 * of tokens, which `clip_tokenizer.ts` makes of texts; `clip({ towers: ["image", "text"] })` has it beside its image
 * tower.
 *
 * Source: Learning Transferable Visual Models From Natural Language Supervision (Radford et al. 2021).
 */
// B texts · T tokens · D width · F features
import {
  add,
  cast,
  equal,
  gather,
  matMul,
  max,
  mul,
  reshape,
  slice,
  squeeze,
  type Tensor,
  tensor,
  type Tensor2D,
  type Tensor3D,
  tidy,
} from "../engine/ops.ts";
import { applyLinear, type ProjectionParams } from "../nn/linear.ts";
import { applyNorm, initNorm, type NormParams } from "../nn/norm.ts";
import type { Streams } from "../nn/initial.ts";
import {
  applyClipLayers,
  clipEpsilon,
  type ClipLayer,
  type ClipLayers,
  initClipLayers,
  normalOf,
} from "./clip_layers.ts";
import type { Network } from "./network.ts";

/** Sizes of a text tower. */
export interface ClipText extends ClipLayers {
  /** Number of tokens that are known. */
  readonly vocabulary: number;
  /** Number of tokens of the longest text, its start and end among them; 77 in all published networks. */
  readonly context: number;
  /** F, the width of the space that images and texts share. */
  readonly projection: number;
  /**
   * The token that ends a text: its first occurrence is where a text is read. At 2 it is the largest token instead, as
   * transformers has it for configurations that named a wrong one, and as OpenAI's code does always: its vocabulary
   * ends with the end token.
   */
  readonly end: number;
}

const published = { layers: 12, activation: "quickGelu", vocabulary: 49408, context: 77, end: 49407 } as const;
const narrow = { ...published, width: 512, heads: 8, hidden: 2048 };
const wide = { ...published, width: 768, heads: 12, hidden: 3072, projection: 768 };

/** The pocket world's, whose words `lib/pocket/clip` holds. */
const pocket = { ...published, width: 48, layers: 2, heads: 4, hidden: 96, vocabulary: 768, context: 32 };

/** The text towers beside OpenAI's image towers and the pocket world's, by the image tower's name. */
export const clipTexts = {
  "ViT-B/32": { ...narrow, projection: 512 },
  "ViT-B/16": { ...narrow, projection: 512 },
  "ViT-L/14": wide,
  "ViT-L/14@336": wide,
  "RN50": { ...narrow, projection: 1024 },
  "pocket": { ...pocket, projection: 64, end: 767 },
} as const satisfies Record<string, ClipText>;

/** Parameters under transformers' names. */
export type ClipTextParams = {
  readonly embeddings: {
    /** [vocabulary, D] */
    readonly token_embedding: { readonly weight: Tensor };
    /** [context, D] */
    readonly position_embedding: { readonly weight: Tensor };
  };
  readonly encoder: { readonly layers: readonly ClipLayer[] };
  readonly final_layer_norm: NormParams;
  /** [F, D] */
  readonly text_projection: ProjectionParams;
};

/** A tower has no batch norm. */
export type ClipTextNetwork = Network<ClipTextParams, Record<string, never>>;

/**
 * A fresh tower: tokens normal with deviation .02, positions .01, projection 1/√D, layers as `initClipLayers` has them.
 *
 * @param streams a stream for each weight's name; null makes all zeros (norms ones), a template for a checkpoint
 * @returns tensors that the caller owns
 */
export function initClipText(spec: ClipText, streams: Streams | null): ClipTextNetwork {
  const { width, vocabulary, context, projection } = spec;
  const normal = (name: string, shape: number[], deviation: number) => ({
    weight: normalOf(streams, name, deviation)(shape),
  });
  const params = {
    embeddings: {
      token_embedding: normal("embeddings.token_embedding", [vocabulary, width], 0.02),
      position_embedding: normal("embeddings.position_embedding", [context, width], 0.01),
    },
    encoder: { layers: initClipLayers(spec, streams) },
    final_layer_norm: initNorm(width),
    text_projection: normal("text_projection", [projection, width], width ** -0.5),
  };
  return { params, buffers: {} };
}

/**
 * What each token knows of those before it, normed: [B, T] → [B, T, D].
 *
 * @param ids_BT int32, each below `vocabulary`; T at most `context`
 * @throws {TypeError} for another type or shape
 */
export function clipTextHidden(spec: ClipText, { params }: ClipTextNetwork, ids_BT: Tensor2D): Tensor3D {
  checkIds(spec, ids_BT);
  return tidy(() => {
    const { token_embedding, position_embedding } = params.embeddings;
    const places_TD = slice(position_embedding.weight, [0, 0], [ids_BT.shape[1], spec.width]);
    const tokens = add(gather(token_embedding.weight, ids_BT), places_TD) as Tensor3D;
    const seen_BTD = applyClipLayers(spec, params.encoder.layers, { tokens, causal: true });
    return applyNorm(params.final_layer_norm, seen_BTD, clipEpsilon) as Tensor3D;
  });
}

/**
 * Features of texts: {@linkcode clipTextHidden} at the end of each, projected, not of unit length. [B, T] → [B, F].
 *
 * A text without the end token is read at its first token, as transformers does. Throws as {@linkcode clipTextHidden}.
 */
export function clipTextFeatures(spec: ClipText, network: ClipTextNetwork, ids_BT: Tensor2D): Tensor2D {
  return tidy(() => {
    const hidden_BTD = clipTextHidden(spec, network, ids_BT);
    const end_BD = squeeze(matMul(ends(ids_BT, spec.end), hidden_BTD), [1]);
    return applyLinear(network.params.text_projection, end_BD) as Tensor2D;
  });
}

/** Embeddings; the layers; the last of them with the norm and projection behind it. */
export function clipTextStages({ layers }: ClipText): string[][] {
  const each = Array.from({ length: layers }, (_, i) => [`encoder.layers.${i}`]);
  each[layers - 1].push("final_layer_norm", "text_projection");
  return [["embeddings"], ...each];
}

/** 1 where each text ends, 0 elsewhere: [B, T] → [B, 1, T]. */
function ends(ids_BT: Tensor2D, end: number): Tensor3D {
  const [batch, length] = ids_BT.shape;
  const tokens_BT = cast(ids_BT, "float32");
  const found_BT = equal(tokens_BT, end === 2 ? max(tokens_BT, 1, true) : end);
  // the first place where it was found is the largest; without any, the first of all
  const order_T = tensor(Float32Array.from({ length }, (_, i) => -i));
  const rank_BT = add(mul(cast(found_BT, "float32"), length), order_T);
  return reshape(cast(equal(rank_BT, max(rank_BT, 1, true)), "float32"), [batch, 1, length]);
}

function checkIds({ context }: ClipText, ids: Tensor2D): void {
  if (ids.dtype === "int32" && ids.rank === 2 && ids.shape[1] <= context) return;
  throw new TypeError(
    `Cannot read tokens ${ids.dtype} [${ids.shape.join(", ")}]: expected int32 [B, T] with T at most ${context}`,
  );
}
