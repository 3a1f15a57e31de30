/**
 * LaRE²'s refinement of features by an error map: what of an image a diffusion model reconstructs badly, in its latent
 * space, says where the features matter, and which.
 *
 * Source: LaRE² (Luo et al. 2024), the module that its training script names (`CLipClassifierWMapV6`); its parameters'
 * names, less `conv_align`, which the reference never applies. "map" alone is its `CLipClassifierOnlyMapV1`.
 */
// B samples · H, W height and width of error maps · S, C side and channels of the backbone's map · F features
// N places, S² and their mean · K width of a head
import { checkNumber } from "../definition/check.ts";
import { isPart, type Maker, type Part, part, show } from "../definition/part.ts";
import {
  add,
  concat,
  mean,
  mul,
  product,
  reshape,
  sigmoid,
  slice,
  softmax,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tidy,
  transpose,
} from "../engine/ops.ts";
import type { Tree } from "../engine/tree.ts";
import { applyConv, type ConvParams, initConv } from "../nn/conv.ts";
import { dropout } from "../nn/dropout.ts";
import { type Draw, normal, type Streams, uniformFanIn, uniformXavier, zeros } from "../nn/initial.ts";
import { applyLinear, initLinear, type LinearParams, type ProjectionParams } from "../nn/linear.ts";
import { applyNorm, initNorm, type NormParams } from "../nn/norm.ts";
import type { Pass } from "../nn/pass.ts";
import { adaptivePool, globalPool } from "../nn/pool.ts";
import {
  applySmallResnet,
  initSmallResnet,
  type SmallResnet,
  type SmallResnetBuffers,
  type SmallResnetParams,
} from "../nn/small_resnet.ts";
import type { LatentError } from "../reconstruct/latent_error.ts";
import type { DrawShapes, Features, Network } from "./network.ts";

/** What the head may see, in the order in which it does. */
const order = ["embedding", "spatial", "channel", "map"] as const;

/** Channels of an error map, those of the latents; heads of the attention and their width; hidden width of "channel". */
const latents = 4, heads = 8, headWidth = 64, hidden = 128;

/** The network on the error map itself. */
const ofMap: SmallResnet = { inputs: latents, widths: [16, 32, 64], blocks: 2, carrier: 3 };

/** LaRE²'s refinement. */
export interface ErrorGuided extends Part<"errorGuided"> {
  /** How the error map of an image is made; null: the data set ships the maps, as `lareList({ maps })` does. */
  readonly map: LatentError | null;
  /**
   * What the head sees, side by side: "embedding", the backbone's features; "spatial", its inner map where attention
   * with the error as a bias looks; "channel", the inner map's mean, weighted by the mean error; "map", features of
   * the error map alone. LaRE² is the first three; an ablation leaves some out.
   */
  readonly parts: readonly ("embedding" | "spatial" | "channel" | "map")[];
  /** Channels of the backbone's inner map. CLIP's RN50 and ResNet-50 have 1,024. */
  readonly channels: number;
  /** Height and width of the backbone's inner map; 14 for images of 224². */
  readonly side: number;
  /** Share of the attention's weights, and of its result, that training leaves out, 0 ≤ dropout < 1. */
  readonly dropout: number;
}

/** Defines LaRE²'s refinement. */
export const errorGuided: Maker<ErrorGuided> = part("errorGuided", {
  map: null,
  parts: ["embedding", "spatial", "channel"],
  channels: 1024,
  side: 14,
  dropout: 0.1,
}, {
  check({ map, parts, channels, side, dropout }) {
    // what is in it, its own maker says, which an experiment asks
    if (map !== null && !isPart(map)) {
      throw new TypeError(`Cannot define errorGuided.map: given ${show(map)}, expected latentError() or null`);
    }
    const ordered = Array.isArray(parts) && order.filter((name) => parts.includes(name));
    if (!ordered || ordered.length === 0 || ordered.join() !== parts.join()) {
      throw new RangeError(`Cannot define errorGuided: parts ${show(parts)}, expected some of ${show(order)} in order`);
    }
    if (ordered.join() === "embedding") {
      throw new RangeError(
        `Cannot define errorGuided: parts ${show(parts)} take nothing from an error map; leave the refinement out`,
      );
    }
    checkNumber("errorGuided.channels", channels, { from: 1, integer: true });
    checkNumber("errorGuided.side", side, { from: 1, integer: true });
    checkNumber("errorGuided.dropout", dropout, { from: 0, below: 1 });
  },
});

type Attention = { readonly [name in "fc_q" | "fc_k" | "fc_v" | "fc_o"]: LinearParams };

type AttentionPool = {
  readonly positional_embedding: Tensor;
  readonly attention: Attention;
  readonly layer_norm: NormParams;
};

/** Linear layers without a bias, under the places that they have in the reference's sequence. */
type ChannelAlign = { readonly fc: { readonly [place in 0 | 2]: ProjectionParams } };

/** Parameters of the parts that there are, under the reference's names; `model` is its network on the error map. */
export type ErrorGuidedParams = {
  readonly conv?: ConvParams;
  readonly attn_pool?: AttentionPool;
  readonly channel_align?: ChannelAlign;
  readonly model?: SmallResnetParams;
};

type ErrorGuidedNetwork = Network<ErrorGuidedParams, { readonly model?: SmallResnetBuffers } & Tree>;

/**
 * Fresh weights: those of the attention as the reference draws them (Xavier's), others as PyTorch's layers do, biases 0,
 * norms 1 and 0.
 *
 * @param streams null makes all zeros, a template for a checkpoint
 */
export function initErrorGuided(
  { parts, channels, side }: ErrorGuided,
  { streams }: { readonly streams: Streams | null },
): ErrorGuidedNetwork {
  type Random = Parameters<typeof uniformXavier>[0];
  const draw = (name: string, how: (random: Random) => Draw) => streams === null ? zeros : how(streams(name));
  const linear = (name: string, inputs: number, outputs: number) =>
    initLinear({ inputs, outputs }, draw(`attn_pool.attention.${name}`, uniformXavier));
  const inner = heads * headWidth;
  const spatial = (): ErrorGuidedParams => ({
    conv: initConv({ size: 1, inputs: latents, outputs: heads }, draw("conv", uniformFanIn)),
    attn_pool: {
      positional_embedding: draw(
        "attn_pool.positional_embedding",
        (random) => normal(random, channels ** -0.5),
      )([side ** 2 + 1, channels]),
      attention: {
        fc_q: linear("fc_q", channels, inner),
        fc_k: linear("fc_k", channels, inner),
        fc_v: linear("fc_v", channels, inner),
        fc_o: linear("fc_o", inner, channels),
      },
      layer_norm: initNorm(channels),
    },
  });
  const channel = (): ErrorGuidedParams => ({
    channel_align: {
      fc: {
        0: { weight: draw("channel_align.fc.0", uniformFanIn)([hidden, latents]) },
        2: { weight: draw("channel_align.fc.2", uniformFanIn)([channels, hidden]) },
      },
    },
  });
  const within: Streams | null = streams === null ? null : (name) => streams(`model.${name}`);
  const model = parts.includes("map") ? initSmallResnet(ofMap, within) : null;
  return {
    params: {
      ...(parts.includes("spatial") ? spatial() : {}),
      ...(parts.includes("channel") ? channel() : {}),
      ...(model === null ? {} : { model: model.params }),
    },
    buffers: model === null ? {} : { model: model.buffers },
  };
}

/**
 * Refined features: the parts side by side, [B, R].
 *
 * @param at `features` of the backbone, `errorMaps` [B, H, W, 4] of the same images
 * @throws {TypeError} when error maps or the backbone's inner map are missing, or have another shape
 */
export function refineByError(
  spec: ErrorGuided,
  { params, buffers }: ErrorGuidedNetwork,
  { features, errorMaps, pass }: {
    readonly features: Features;
    readonly errorMaps: Tensor4D | null;
    readonly pass: Pass;
  },
): Tensor2D {
  const error_BHWE = checkErrors(errorMaps, features);
  return tidy(() => {
    const made: Record<(typeof order)[number], () => Tensor2D> = {
      embedding: () => features.pooled,
      spatial: () => attend(spec, params, { map: checkMap(spec, features), error: error_BHWE, pass }),
      channel: () => alignChannels(params.channel_align!, { map: checkMap(spec, features), error: error_BHWE }),
      map: () => {
        const own = { params: params.model!, buffers: buffers.model! };
        return applySmallResnet(ofMap, own, { images: error_BHWE, norm: pass.norm });
      },
    };
    const parts = spec.parts.map((name) => made[name]());
    return parts.length === 1 ? parts[0] : concat(parts, 1);
  });
}

type Maps = { readonly map: Tensor4D; readonly error: Tensor4D };

/**
 * What attention sees of the inner map: the mean place asks, all places answer, and the error at a place raises or
 * lowers its weight, by head. [B, S, S, C] → [B, C].
 */
function attend(
  { side, dropout: rate }: ErrorGuided,
  { conv, attn_pool }: ErrorGuidedParams,
  { map: map_BSSC, error: error_BHWE, pass }: Maps & { readonly pass: Pass },
): Tensor2D {
  return tidy(() => {
    const { positional_embedding: place_NC, attention, layer_norm } = attn_pool!;
    const [rows, channels] = [map_BSSC.shape[0], map_BSSC.shape[3]];
    const x_BNC = add(withMean(map_BSSC), place_NC);
    const bias_BNK = withMean(applyConv(conv!, adaptivePool(error_BHWE, side)));
    const query_BC = reshape(slice(x_BNC, [0, 0, 0], [rows, 1, channels]), [rows, channels]);
    // [B, N, heads · width] → [B, heads, N, width]
    const split = (y: Tensor) => transpose(reshape(y, [rows, -1, heads, headWidth]), [0, 2, 1, 3]) as Tensor4D;
    const q_BK1W = split(applyLinear(attention.fc_q, query_BC));
    const k_BKNW = split(applyLinear(attention.fc_k, x_BNC));
    const score_BK1N = mul(product(q_BK1W, k_BKNW, false, true), headWidth ** -0.5);
    const bias_BK1N = reshape(transpose(bias_BNK, [0, 2, 1]), [rows, heads, 1, -1]);
    const uniform = pass.draw(drops.weights);
    const weight_BK1N = dropout(softmax(add(score_BK1N, bias_BK1N)), {
      rate,
      uniform: uniform === null ? null : reshape(uniform, [rows, heads, 1, -1]),
    });
    const seen_BD = reshape(product(weight_BK1N, split(applyLinear(attention.fc_v, x_BNC))), [rows, heads * headWidth]);
    const kept_BC = dropout(applyLinear(attention.fc_o, seen_BD), { rate, uniform: pass.draw(drops.result) });
    return applyNorm(layer_norm, add(query_BC, kept_BC), 1e-5) as Tensor2D;
  });
}

/** Every place of a map after their mean: [B, S, S, C] → [B, N, C]. */
function withMean(map_BSSC: Tensor4D): Tensor3D {
  const [rows, , , channels] = map_BSSC.shape;
  const places_BNC: Tensor3D = reshape(map_BSSC, [rows, -1, channels]);
  return concat([mean(places_BNC, 1, true) as Tensor3D, places_BNC], 1);
}

/** The mean of the inner map, its channels weighted by what the mean error says. → [B, C] */
function alignChannels({ fc }: ChannelAlign, { map, error }: Maps): Tensor2D {
  return tidy(() => {
    const hidden_BM = applyLinear(fc[0], globalPool(error), "relu");
    const weight_BC = sigmoid(applyLinear(fc[2], hidden_BM));
    return mul(globalPool(map), weight_BC);
  });
}

const drops = { weights: "attn_pool.attention.dropout", result: "attn_pool.dropout" };

/** A number for each weight of the attention, and for each value of its result. */
export function errorGuidedDraws({ parts, channels, side, dropout }: ErrorGuided, rows: number): DrawShapes {
  if (!parts.includes("spatial") || dropout === 0) return {};
  return { [drops.weights]: [rows, heads, side ** 2 + 1], [drops.result]: [rows, channels] };
}

/** R, the number of refined features, for F of the backbone. */
export function errorGuidedWidth({ parts, channels }: ErrorGuided, width: number): number {
  const widths = { embedding: width, spatial: channels, channel: channels, map: ofMap.widths.at(-1)! };
  return parts.reduce((sum, name) => sum + widths[name], 0);
}

function checkErrors(errorMaps: Tensor4D | null, { pooled }: Features): Tensor4D {
  const [rows] = pooled.shape;
  if (errorMaps === null) {
    throw new TypeError(
      `Cannot refine the features of ${rows} images: no error maps are given, errorGuided expects [${rows}, H, W, 4]`,
    );
  }
  if (errorMaps.rank !== 4 || errorMaps.shape[0] !== rows || errorMaps.shape[3] !== latents) {
    throw new TypeError(
      `Cannot refine the features of ${rows} images by error maps of shape [${errorMaps.shape.join(", ")}]: ` +
        `expected [${rows}, H, W, 4]`,
    );
  }
  return errorMaps;
}

function checkMap({ side, channels }: ErrorGuided, { map }: Features): Tensor4D {
  const expected = `errorGuided expects [B, ${side}, ${side}, ${channels}]`;
  if (map === undefined) throw new TypeError(`Cannot refine features: the backbone has no inner map, ${expected}`);
  const [, height, width, found] = map.shape;
  if (height === side && width === side && found === channels) return map;
  throw new TypeError(
    `Cannot refine features by an inner map of shape [${map.shape.join(", ")}]: ${expected}; set side and channels`,
  );
}
