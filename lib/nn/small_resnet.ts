/**
 * A small ResNet for small images, as He et al. 2016 have them for CIFAR (section 4.2): a stem of 3 × 3 without pooling
 * and stages of basic blocks, each after the first at half the height and width.
 */
// B samples · H, W height and width · C channels · D width of the last stage
import { type Tensor2D, type Tensor4D, tidy } from "../engine/ops.ts";
import { type BatchNormBuffers, initBatchNorm, type Norm } from "./batch_norm.ts";
import { applyConv, type FilterParams } from "./conv.ts";
import type { Streams } from "./initial.ts";
import { initNorm, type NormParams } from "./norm.ts";
import { globalPool } from "./pool.ts";
import {
  applyBlock,
  bentNorm,
  type Block,
  type BlockBuffers,
  type BlockPlan,
  initBlock,
  initBlockBuffers,
  initFilter,
} from "./residual.ts";

/** What it is made of. */
export interface SmallResnet {
  /** Channels of the images. */
  readonly inputs: number;
  /** Channels of each stage. */
  readonly widths: readonly number[];
  /** Blocks of each stage. */
  readonly blocks: number;
  /** Side of the filter that carries the other branch where height and width halve, pixels. */
  readonly carrier: 1 | 3;
}

/** `layer1` and on are the stages. */
export type SmallResnetParams = {
  readonly conv: FilterParams;
  readonly bn: NormParams;
  readonly [layer: `layer${number}`]: readonly Block[];
};

/** What its norms remember. */
export type SmallResnetBuffers = {
  readonly bn: BatchNormBuffers;
  readonly [layer: `layer${number}`]: readonly BlockBuffers[];
};

type State = { readonly params: SmallResnetParams; readonly buffers: SmallResnetBuffers };

/** A fresh network: filters as torchvision draws a ResNet's, norms 1 and 0; all zeros where `streams` is null. */
export function initSmallResnet(plan: SmallResnet, streams: Streams | null): State {
  const { inputs, widths: [first] } = plan;
  return {
    params: {
      conv: initFilter(streams, "conv", [3, inputs, first]),
      bn: initNorm(first),
      ...stages(plan, (name, block) => initBlock(block, streams, name)),
    },
    buffers: { bn: initBatchNorm(first), ...stages(plan, (_, block) => initBlockBuffers(block)) },
  };
}

/** The mean of the last stage's map: [B, H, W, C] → [B, D]. */
export function applySmallResnet(plan: SmallResnet, { params, buffers }: State, at: {
  readonly images: Tensor4D;
  readonly norm: Norm;
}): Tensor2D {
  const { images: images_BHWC, norm } = at;
  return tidy(() => {
    let x_BHWC = bentNorm(norm, "relu")(params.bn, buffers.bn, applyConv(params.conv, images_BHWC, { pad: 1 }));
    for (const [name, strides] of Object.entries(stages(plan, (_, { stride }) => stride))) {
      const layer = name as `layer${number}`;
      for (const [i, stride] of strides.entries()) {
        x_BHWC = applyBlock(params[layer][i], { buffers: buffers[layer][i], norm, stride }, x_BHWC);
      }
    }
    return globalPool(x_BHWC);
  });
}

function stages<B>(
  { widths, blocks, carrier }: SmallResnet,
  make: (name: string, plan: BlockPlan) => B,
): Record<`layer${number}`, B[]> {
  return Object.fromEntries(widths.map((inner, i) => [
    `layer${i + 1}`,
    Array.from({ length: blocks }, (_, j) => {
      const halves = i > 0 && j === 0;
      const plan = { inputs: halves ? widths[i - 1] : inner, inner, stride: halves ? 2 : 1, carrier };
      return make(`layer${i + 1}.${j}`, { form: "basic", ...plan });
    }),
  ]));
}
