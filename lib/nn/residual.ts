/** The two blocks that residual networks are made of, under torchvision's names. */
// B samples · H, W height and width · C channels
import { leakyRelu, type Tensor, type Tensor4D, tidy } from "../engine/ops.ts";
import { type BatchNormBuffers, initBatchNorm, type Norm } from "./batch_norm.ts";
import { applyConv, type FilterParams } from "./conv.ts";
import { type Draw, normalFanOut, type Streams, zeros } from "./initial.ts";
import { initNorm, type NormParams } from "./norm.ts";

/** "basic": two filters of 3 × 3; "bottleneck": 1 × 1, 3 × 3 and 1 × 1, the last {@linkcode expansion} as wide. */
export type BlockForm = "basic" | "bottleneck";

/** "leakyRelu" lets a hundredth of negative values through, as PyTorch does by default. */
export type Bend = "relu" | "leakyRelu";

/** Channels that a block gives over those of its inner filters. */
export const expansion: Readonly<Record<BlockForm, number>> = { basic: 1, bottleneck: 4 };

/** Where a block stands in its network. */
export interface BlockPlan {
  readonly form: BlockForm;
  /** Channels that come in. */
  readonly inputs: number;
  /** Channels of the inner filters. */
  readonly inner: number;
  /** Step of the first 3 × 3 filter: 2 halves height and width. */
  readonly stride: number;
  /** Side of the filter that fits the other branch where shapes change, pixels; by default 1. */
  readonly carrier?: number;
}

/** Weights of a block; conv3 and bn3 are a bottleneck's, `downsample` carries the other branch where shapes change. */
export type Block = {
  readonly conv1: FilterParams;
  readonly bn1: NormParams;
  readonly conv2: FilterParams;
  readonly bn2: NormParams;
  readonly conv3?: FilterParams;
  readonly bn3?: NormParams;
  readonly downsample?: readonly [FilterParams, NormParams];
};

/** What the norms of a block remember. */
export type BlockBuffers = {
  readonly bn1: BatchNormBuffers;
  readonly bn2: BatchNormBuffers;
  readonly bn3?: BatchNormBuffers;
  readonly downsample?: { readonly 1: BatchNormBuffers };
};

/** A fresh filter without bias, normal as torchvision draws it; all zeros where `streams` is null. */
export function initFilter(
  streams: Streams | null,
  name: string,
  [size, inputs, outputs]: readonly [size: number, inputs: number, outputs: number],
): FilterParams {
  const draw: Draw = streams === null ? zeros : normalFanOut(streams(name));
  return { weight: draw([size, size, inputs, outputs]) };
}

/** A fresh block: filters as {@linkcode initFilter}, norms 1 and 0. */
export function initBlock(plan: BlockPlan, streams: Streams | null, name: string): Block {
  const { form, inputs, inner, carrier = 1 } = plan;
  const filter = (part: string, ...shape: [number, number, number]) => initFilter(streams, `${name}.${part}`, shape);
  const outputs = inner * expansion[form];
  const downsample = carries(plan)
    ? { downsample: [filter("downsample.0", carrier, inputs, outputs), initNorm(outputs)] as const }
    : {};
  const second = { conv2: filter("conv2", 3, inner, inner), bn2: initNorm(inner) };
  if (form === "basic") {
    return { conv1: filter("conv1", 3, inputs, inner), bn1: initNorm(inner), ...second, ...downsample };
  }
  const third = { conv3: filter("conv3", 1, inner, outputs), bn3: initNorm(outputs) };
  return { conv1: filter("conv1", 1, inputs, inner), bn1: initNorm(inner), ...second, ...third, ...downsample };
}

/** What a fresh block's norms remember: nothing yet. */
export function initBlockBuffers(plan: BlockPlan): BlockBuffers {
  const { form, inner } = plan;
  const outputs = inner * expansion[form];
  return {
    bn1: initBatchNorm(inner),
    bn2: initBatchNorm(inner),
    ...(form === "basic" ? {} : { bn3: initBatchNorm(outputs) }),
    ...(carries(plan) ? { downsample: { 1: initBatchNorm(outputs) } } : {}),
  };
}

function carries({ form, inputs, inner, stride }: BlockPlan): boolean {
  return stride > 1 || inputs !== inner * expansion[form];
}

/** How a block sees its input. */
export interface BlockAt {
  readonly buffers: BlockBuffers;
  readonly norm: Norm;
  readonly stride: number;
  readonly bend?: Bend;
}

/**
 * [B, H, W, C] → [B, H / stride, W / stride, C′]: the branch added to the input, then bent.
 *
 * Source: Deep Residual Learning (He et al. 2016), a bottleneck's stride in its 3 × 3 filter as torchvision has it.
 */
export function applyBlock(
  block: Block,
  { buffers, norm, stride, bend = "relu" }: BlockAt,
  x_BHWC: Tensor4D,
): Tensor4D {
  return tidy(() => {
    const normed = (i: 1 | 2 | 3, y: Tensor4D, residual: Tensor | null = null) =>
      bentNorm(norm, bend)(block[`bn${i}`]!, buffers[`bn${i}`]!, y, residual);
    const residual: Tensor = block.downsample === undefined
      ? x_BHWC
      : norm(block.downsample[1], buffers.downsample![1], padded(block.downsample[0], x_BHWC, stride));
    if (block.conv3 === undefined) {
      const y_BHWC = normed(1, padded(block.conv1, x_BHWC, stride));
      return normed(2, padded(block.conv2, y_BHWC), residual);
    }
    const y1_BHWC = normed(1, padded(block.conv1, x_BHWC));
    const y2_BHWC = normed(2, padded(block.conv2, y1_BHWC, stride));
    return normed(3, padded(block.conv3, y2_BHWC), residual);
  });
}

/** A norm and what bends its result; shaped like its input. */
export type BentNorm = (
  params: NormParams,
  buffers: BatchNormBuffers,
  x: Tensor4D,
  residual?: Tensor | null,
) => Tensor4D;

/** A norm with what bends its result: ReLU goes along with the norm, a leaky one follows it. */
export function bentNorm(norm: Norm, bend: Bend): BentNorm {
  return (params, buffers, x, residual = null) => {
    if (bend === "relu") return norm(params, buffers, x, { activation: "relu", residual }) as Tensor4D;
    return leakyRelu(norm(params, buffers, x, { residual }) as Tensor4D, 0.01);
  };
}

/** A filter with as many zeros around as keep the size at stride 1. */
function padded(filter: FilterParams, x_BHWC: Tensor4D, stride = 1): Tensor4D {
  return applyConv(filter, x_BHWC, { stride, pad: (filter.weight.shape[0] - 1) / 2 });
}
