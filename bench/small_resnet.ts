/**
 * A small ResNet for small images, as He et al. 2016 have them for CIFAR (section 4.2): a stem of 3 × 3 without
 * pooling, three stages of two basic blocks, 32, 64 and 128 wide. Where height and width halve, a strided 1 × 1
 * convolution with batch norm carries the other branch. It is measured and not offered as a part.
 */
// B samples · H, W height and width · C channels
import { type Tensor4D, tidy } from "../lib/engine/ops.ts";
import type { Features, Network } from "../lib/models/network.ts";
import { type BatchNormBuffers, initBatchNorm } from "../lib/nn/batch_norm.ts";
import { applyConv, type FilterParams } from "../lib/nn/conv.ts";
import type { Streams } from "../lib/nn/initial.ts";
import { initNorm, type NormParams } from "../lib/nn/norm.ts";
import type { Pass } from "../lib/nn/pass.ts";
import { globalPool } from "../lib/nn/pool.ts";
import {
  applyBlock,
  bentNorm,
  type Block,
  type BlockBuffers,
  type BlockPlan,
  initBlock,
  initBlockBuffers,
  initFilter,
} from "../lib/nn/residual.ts";

/** What it is made of. */
export interface SmallResnet {
  readonly kind: "smallResnet";
  /** Channels of each stage. */
  readonly widths: readonly number[];
  /** Blocks of each stage. */
  readonly blocks: number;
}

type SmallNetwork = Network<
  { readonly conv1: FilterParams; readonly bn1: NormParams; readonly layers: readonly (readonly Block[])[] },
  { readonly bn1: BatchNormBuffers; readonly layers: readonly (readonly BlockBuffers[])[] }
>;

/** A fresh network; the caller owns its tensors. */
export function initSmallResnet(spec: SmallResnet, streams: Streams | null): SmallNetwork {
  const first = spec.widths[0];
  return {
    params: {
      conv1: initFilter(streams, "conv1", [3, 3, first]),
      bn1: initNorm(first),
      layers: stages(spec, (name, plan) => initBlock(plan, streams, name)),
    },
    buffers: { bn1: initBatchNorm(first), layers: stages(spec, (_, plan) => initBlockBuffers(plan)) },
  };
}

/** [B, H, W, 3] → features [B, C of the last stage]. */
export function smallResnetFeatures(
  spec: SmallResnet,
  { params, buffers }: SmallNetwork,
  { images, pass: { norm } }: { readonly images: Tensor4D; readonly pass: Pass },
): Features {
  return tidy(() => {
    let x_BHWC = bentNorm(norm, "relu")(params.bn1, buffers.bn1, applyConv(params.conv1, images, { pad: 1 }));
    const strides = stages(spec, (_, { stride }) => stride);
    params.layers.forEach((stage, i) =>
      stage.forEach((block, j) => {
        x_BHWC = applyBlock(block, { buffers: buffers.layers[i][j], norm, stride: strides[i][j] }, x_BHWC);
      })
    );
    return { pooled: globalPool(x_BHWC) };
  });
}

/** Number of features. */
export function smallResnetWidth({ widths }: SmallResnet): number {
  return widths.at(-1)!;
}

function stages<B>({ widths, blocks }: SmallResnet, make: (name: string, plan: BlockPlan) => B): B[][] {
  return widths.map((inner, i) =>
    Array.from({ length: blocks }, (_, j) => {
      const halves = i > 0 && j === 0;
      const plan = { inputs: halves ? widths[i - 1] : inner, inner, stride: halves ? 2 : 1 };
      return make(`layers.${i}.${j}`, { form: "basic", ...plan });
    })
  );
}
