/**
 * CLIP's image tower in the form of a ResNet, with OpenAI's names of weights, theirs of `visual` without that prefix.
 *
 * Source: Learning Transferable Visual Models From Natural Language Supervision (Radford et al. 2021) and its code: a
 * stem of three convolutions, average pooling wherever a ResNet takes a step (Zhang 2019), attention instead of a mean
 * at the end.
 */
// B samples · H, W height and width · C channels of the last stage · T = H · W + 1 tokens · F features
import {
  add,
  avgPool,
  concat,
  mean,
  reshape,
  squeeze,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tidy,
} from "../engine/ops.ts";
import { attend, firstTokens } from "../nn/attention.ts";
import { type BatchNormBuffers, initBatchNorm, type Norm } from "../nn/batch_norm.ts";
import { applyConv, type FilterParams } from "../nn/conv.ts";
import type { Streams } from "../nn/initial.ts";
import { applyLinear, initLinear, type LinearParams } from "../nn/linear.ts";
import { initNorm, type NormParams } from "../nn/norm.ts";
import { lastMapOf, type Pass } from "../nn/pass.ts";
import { type Block, type BlockBuffers, expansion, initBlock, initBlockBuffers, initFilter } from "../nn/residual.ts";
import { normalOf } from "./clip_layers.ts";
import { checkImages } from "./clip_vit.ts";
import type { Features, Network } from "./network.ts";

/** Sizes of a tower. */
export interface ClipResnet {
  /** Number of blocks of each of the four stages. */
  readonly blocks: readonly number[];
  /** Width of the stem and of the first stage's inner filters; each further stage doubles it. Even. */
  readonly width: number;
  /** Number of heads of the attention at the end; divides C, which is 32 times `width`. */
  readonly heads: number;
  /** Side of the images, pixels; a multiple of 32. */
  readonly image: number;
  /** F, the width of the space that images and texts share. */
  readonly projection: number;
}

const stageNames = ["layer1", "layer2", "layer3", "layer4"] as const;
type Stages<B> = Readonly<Record<(typeof stageNames)[number], readonly B[]>>;
type Stem<P, N extends string> = { readonly [K in `${N}${1 | 2 | 3}`]: P };

/** Parameters of the attention at the end. */
type AttentionPool = {
  /** [T, C] */
  readonly positional_embedding: Tensor;
  readonly k_proj: LinearParams;
  readonly q_proj: LinearParams;
  readonly v_proj: LinearParams;
  /** [F, C] */
  readonly c_proj: LinearParams;
};

/** Parameters under OpenAI's names. */
export type ClipResnetParams = Stem<FilterParams, "conv"> & Stem<NormParams, "bn"> & Stages<Block> & {
  readonly attnpool: AttentionPool;
};

/** What its norms remember, under OpenAI's names. */
export type ClipResnetBuffers = Stem<BatchNormBuffers, "bn"> & Stages<BlockBuffers>;

/** A tower. */
export type ClipResnetNetwork = Network<ClipResnetParams, ClipResnetBuffers>;

/**
 * A fresh tower: filters as a ResNet's, the attention's weights and positions normal with deviation 1/√C, biases 0.
 *
 * @param streams a stream for each weight's name; null makes all zeros (norms ones), a template for a checkpoint
 * @returns tensors that the caller owns
 */
export function initClipResnet(spec: ClipResnet, streams: Streams | null): ClipResnetNetwork {
  const { width, image, projection } = spec;
  const half = width / 2, channels = lastWidth(spec);
  const normal = (name: string) => normalOf(streams, `attnpool.${name}`, channels ** -0.5);
  const dense = (name: string, outputs = channels) => initLinear({ inputs: channels, outputs }, normal(name));
  const params = {
    conv1: initFilter(streams, "conv1", [3, 3, half]),
    bn1: initNorm(half),
    conv2: initFilter(streams, "conv2", [3, half, half]),
    bn2: initNorm(half),
    conv3: initFilter(streams, "conv3", [3, half, width]),
    bn3: initNorm(width),
    ...stages(spec, (name, plan) => initBlock(plan, streams, name)),
    attnpool: {
      positional_embedding: normal("positional_embedding")([(image / 32) ** 2 + 1, channels]),
      k_proj: dense("k_proj"),
      q_proj: dense("q_proj"),
      v_proj: dense("v_proj"),
      c_proj: dense("c_proj", projection),
    },
  };
  const buffers = {
    bn1: initBatchNorm(half),
    bn2: initBatchNorm(half),
    bn3: initBatchNorm(width),
    ...stages(spec, (_, plan) => initBlockBuffers(plan)),
  };
  return { params, buffers };
}

/**
 * Features of images, not of unit length, and the third stage's map. [B, image, image, 3] → [B, F] and
 * [B, image / 16, image / 16, 16 · width].
 *
 * @throws {TypeError} when the images are of another size: every place of the last map has a learned position
 */
export function clipResnetFeatures(
  spec: ClipResnet,
  { params, buffers }: ClipResnetNetwork,
  { images: images_BHWC, pass }: { readonly images: Tensor4D; readonly pass: Pass },
): Features & { readonly map: Tensor4D } {
  const { norm } = pass;
  checkImages(images_BHWC, spec.image);
  return tidy(() => {
    let x_BHWC = stem(params, { buffers, norm }, images_BHWC);
    const strides = stages(spec, (_, plan) => plan.stride);
    const [, , map, last_BHWC] = stageNames.map((name) => {
      for (const [i, block] of params[name].entries()) {
        const at = { buffers: buffers[name][i], norm, stride: strides[name][i] };
        x_BHWC = applyBlock(block, at, x_BHWC);
      }
      return x_BHWC;
    });
    return { pooled: attentionPool(params.attnpool, lastMapOf(pass, last_BHWC), spec.heads), map };
  });
}

/** Three convolutions, the first of stride 2, and an average of 2 × 2: a quarter of height and width is left. */
function stem(
  params: ClipResnetParams,
  { buffers, norm }: { buffers: ClipResnetBuffers; norm: Norm },
  images_BHWC: Tensor4D,
): Tensor4D {
  const bent_BHWC = ([1, 2, 3] as const).reduce((x_BHWC, i) => {
    const y_BHWC = applyConv(params[`conv${i}`], x_BHWC, { stride: i === 1 ? 2 : 1, pad: 1 });
    return norm(params[`bn${i}`], buffers[`bn${i}`], y_BHWC, { activation: "relu" }) as Tensor4D;
  }, images_BHWC);
  return avgPool(bent_BHWC, 2, 2, "valid");
}

/** A bottleneck whose filters all have stride 1: where it takes a step, both branches are averaged. */
function applyBlock(
  block: Block,
  { buffers, norm, stride }: { buffers: BlockBuffers; norm: Norm; stride: number },
  x_BHWC: Tensor4D,
): Tensor4D {
  const shrunk = (y: Tensor4D): Tensor4D => stride === 1 ? y : avgPool(y, stride, stride, "valid");
  const activation = "relu";
  const y1_BHWC = norm(block.bn1, buffers.bn1, applyConv(block.conv1, x_BHWC), { activation }) as Tensor4D;
  const y2_BHWC = norm(block.bn2, buffers.bn2, applyConv(block.conv2, y1_BHWC, { pad: 1 }), { activation });
  const y3_BHWC = applyConv(block.conv3!, shrunk(y2_BHWC as Tensor4D));
  const residual: Tensor = block.downsample === undefined
    ? x_BHWC
    : norm(block.downsample[1], buffers.downsample![1], applyConv(block.downsample[0], shrunk(x_BHWC)));
  return norm(block.bn3!, buffers.bn3!, y3_BHWC, { activation, residual }) as Tensor4D;
}

/** What the mean of all places asks of it and of them: [B, H, W, C] → [B, F]. */
function attentionPool(params: AttentionPool, x_BHWC: Tensor4D, heads: number): Tensor2D {
  const [batch, height, width, channels] = x_BHWC.shape;
  const places = reshape(x_BHWC, [batch, height * width, channels]) as Tensor3D;
  const all_BTC = concat([mean<Tensor3D>(places, 1, true), places], 1);
  const tokens_BTC = add(all_BTC, params.positional_embedding) as Tensor3D;
  const found_B1C = attend({
    query: applyLinear(params.q_proj, firstTokens(tokens_BTC, 1)) as Tensor3D,
    key: applyLinear(params.k_proj, tokens_BTC) as Tensor3D,
    value: applyLinear(params.v_proj, tokens_BTC) as Tensor3D,
  }, { heads });
  return applyLinear(params.c_proj, squeeze(found_B1C, [1])) as Tensor2D;
}

/** C */
function lastWidth({ width }: ClipResnet): number {
  return width * 2 ** 3 * expansion.bottleneck;
}

interface Plan {
  readonly form: "bottleneck";
  readonly inputs: number;
  readonly inner: number;
  readonly stride: number;
}

/** Every stage's blocks by name and plan; a stage's first block takes what the stage before made. */
function stages<B>({ blocks, width }: ClipResnet, make: (name: string, plan: Plan) => B): Stages<B> {
  const form = "bottleneck";
  const stage = (name: string, i: number): B[] => {
    const inner = width * 2 ** i, outputs = inner * expansion[form];
    return Array.from({ length: blocks[i] }, (_, j) => {
      if (j > 0) return make(`${name}.${j}`, { form, inputs: outputs, inner, stride: 1 });
      return make(`${name}.0`, { form, inputs: i === 0 ? width : outputs / 2, inner, stride: i === 0 ? 1 : 2 });
    });
  };
  return Object.fromEntries(stageNames.map((name, i) => [name, stage(name, i)])) as unknown as Stages<B>;
}

/** The stem, the four stages, the attention at the end. */
export function clipResnetStages(): string[][] {
  const stem = [1, 2, 3].flatMap((i) => [`conv${i}`, `bn${i}`]);
  return [stem, ...stageNames.map((name) => [name]), ["attnpool"]];
}
