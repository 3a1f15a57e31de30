/**
 * A small ResNet for small images, as He et al. 2016 have them for CIFAR (section 4.2): a stem of 3 × 3 without
 * pooling, three stages of two basic blocks, 32, 64 and 128 wide, each block two 3 × 3 convolutions with batch norm.
 * Where height and width halve, a strided 1 × 1 convolution with batch norm carries the other branch. Made of the
 * library's layers as `resnet50.ts` is; it is measured and not offered as a part.
 */
// B samples · H, W height and width · C channels
import { type Tensor2D, type Tensor4D, tidy } from "../lib/engine/ops.ts";
import { mapTree } from "../lib/engine/tree.ts";
import { type BatchNormBuffers, initBatchNorm, type Norm, trainingNorm } from "../lib/nn/batch_norm.ts";
import { applyConv, type FilterParams } from "../lib/nn/conv.ts";
import { normalFanOut, type Streams } from "../lib/nn/initial.ts";
import { initNorm, type NormParams } from "../lib/nn/norm.ts";
import { globalPool } from "../lib/nn/pool.ts";

/** What it is made of. */
export interface SmallResnet {
  readonly kind: "smallResnet";
  /** Channels of each stage. */
  readonly widths: readonly number[];
  /** Blocks of each stage. */
  readonly blocks: number;
}

type Block = {
  conv1: FilterParams;
  bn1: NormParams;
  conv2: FilterParams;
  bn2: NormParams;
  downsample?: [FilterParams, NormParams];
};

type BlockBuffers = { bn1: BatchNormBuffers; bn2: BatchNormBuffers; downsample?: { 1: BatchNormBuffers } };

type State = {
  params: { conv1: FilterParams; bn1: NormParams; layers: Block[][] };
  buffers: { bn1: BatchNormBuffers; layers: BlockBuffers[][] };
};

/** A fresh network; the caller owns its tensors. */
export function initSmallResnet({ widths, blocks }: SmallResnet, streams: Streams): State {
  const filter = (name: string, size: number, inputs: number, outputs: number): FilterParams => ({
    weight: normalFanOut(streams(name))([size, size, inputs, outputs]),
  });
  const inputsOf = (i: number, j: number): number => j > 0 || i === 0 ? widths[i] : widths[i - 1];
  const stages = <B>(make: (name: string, inputs: number, width: number) => B): B[][] =>
    widths.map((width, i) => Array.from({ length: blocks }, (_, j) => make(`layers.${i}.${j}`, inputsOf(i, j), width)));
  return {
    params: {
      conv1: filter("conv1", 3, 3, widths[0]),
      bn1: initNorm(widths[0]),
      layers: stages((name, inputs, width) => ({
        conv1: filter(`${name}.conv1`, 3, inputs, width),
        bn1: initNorm(width),
        conv2: filter(`${name}.conv2`, 3, width, width),
        bn2: initNorm(width),
        ...(inputs === width ? {} : {
          downsample: [filter(`${name}.downsample.0`, 1, inputs, width), initNorm(width)],
        }),
      })),
    },
    buffers: {
      bn1: initBatchNorm(widths[0]),
      layers: stages((_, inputs, width) => ({
        bn1: initBatchNorm(width),
        bn2: initBatchNorm(width),
        ...(inputs === width ? {} : { downsample: { 1: initBatchNorm(width) } }),
      })),
    },
  };
}

/** Features as the network learns, and its buffers after this batch. [B, H, W, 3] → [B, C of the last stage]. */
export function trainSmallResnet(
  _spec: SmallResnet,
  { params, buffers }: State,
  images_BHWC: Tensor4D,
): { features: Tensor2D; buffers: State["buffers"] } {
  return tidy(() => {
    const { norm, moved } = trainingNorm();
    const stem_BHWC = applyConv(params.conv1, images_BHWC, { pad: 1 });
    let x_BHWC = norm(params.bn1, buffers.bn1, stem_BHWC, { activation: "relu" }) as Tensor4D;
    params.layers.forEach((stage, i) =>
      stage.forEach((block, j) => {
        const stride = i > 0 && j === 0 ? 2 : 1;
        x_BHWC = applyBlock(block, { buffers: buffers.layers[i][j], norm, stride }, x_BHWC);
      })
    );
    return { features: globalPool(x_BHWC), buffers: mapTree(buffers, (buffer) => moved(buffer)!) };
  });
}

function applyBlock(
  block: Block,
  { buffers, norm, stride }: { buffers: BlockBuffers; norm: Norm; stride: number },
  x_BHWC: Tensor4D,
): Tensor4D {
  const activation = "relu";
  const y1_BHWC = applyConv(block.conv1, x_BHWC, { stride, pad: 1 });
  const y2_BHWC = norm(block.bn1, buffers.bn1, y1_BHWC, { activation }) as Tensor4D;
  const y3_BHWC = applyConv(block.conv2, y2_BHWC, { pad: 1 });
  const residual = block.downsample === undefined
    ? x_BHWC
    : norm(block.downsample[1], buffers.downsample![1], applyConv(block.downsample[0], x_BHWC, { stride }));
  return norm(block.bn2, buffers.bn2, y3_BHWC, { activation, residual }) as Tensor4D;
}
