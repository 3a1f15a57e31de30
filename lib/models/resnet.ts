/**
 * ResNet-18 and ResNet-50, with torchvision's names of weights, and their forms without downsampling at the start
 * ("nodown").
 *
 * Source: Deep Residual Learning (He et al. 2016), in torchvision's form. Nodown: Are GAN Generated Images Easy to
 * Detect? (Gragnaniello et al. 2021), Corvi et al. 2023 and AlignedForensics (Rajan et al. 2025); the texts speak of no
 * downsampling in the first layer, and their code gives stride 1 to the first convolution and to the max pooling as
 * well, which stays. We follow the code.
 *
 * What AlignedForensics adds stands elsewhere: its dropout is the head's `dropout`, and its projection, a linear layer
 * at every place of the last map, the head's `embedding`, since the mean of projections is the projection of the mean.
 */
// B samples · H, W height and width · C channels · D width of the last stage
import { checkChoice, checkFlag } from "../definition/check.ts";
import { type Maker, type Part, part, show } from "../definition/part.ts";
import { maxPool, type Tensor4D, tidy } from "../engine/ops.ts";
import { type BatchNormBuffers, initBatchNorm } from "../nn/batch_norm.ts";
import { applyConv, type FilterParams } from "../nn/conv.ts";
import type { Streams } from "../nn/initial.ts";
import { initNorm, type NormParams } from "../nn/norm.ts";
import { lastMapOf, type Pass } from "../nn/pass.ts";
import { globalPool } from "../nn/pool.ts";
import {
  applyBlock,
  type Bend,
  bentNorm,
  type Block,
  type BlockBuffers,
  type BlockForm,
  type BlockPlan,
  expansion,
  initBlock,
  initBlockBuffers,
  initFilter,
} from "../nn/residual.ts";
import type { DrawShapes, Features, Network } from "./network.ts";
import { misfit, plainView, type View, weightsOf } from "./weights.ts";

/** Form and number of the blocks of each stage by depth, as the paper's Table 1 has them. */
const depths: Readonly<Record<number, { readonly form: BlockForm; readonly blocks: readonly number[] }>> = {
  18: { form: "basic", blocks: [2, 2, 2, 2] },
  50: { form: "bottleneck", blocks: [3, 4, 6, 3] },
};

/** Width of the first stage's inner filters; each further stage doubles it. */
const narrowest = 64;

/** A ResNet. */
export interface Resnet extends Part<"resnet"> {
  /** Layers of the published network, whose form the blocks have. */
  readonly depth: 18 | 50;
  /** Number of blocks of each of the four stages; null: as many as `depth` says. */
  readonly blocks: readonly number[] | null;
  /**
   * Whether the first convolution and the max pooling halve height and width, as published; false ("nodown") lets both
   * see every pixel: the traces of generators live in the finest details.
   */
  readonly downsample: boolean;
  /** What bends the signal: "leakyRelu" (slope .01) keeps units alive that ReLU would leave at 0 for good. */
  readonly activation: Bend;
  /** Name of pretrained weights (`weights.ts`), or null to start from scratch. */
  readonly weights: string | null;
}

/** Defines a ResNet. */
export const resnet: Maker<Resnet> = part("resnet", {
  depth: 50,
  blocks: null,
  downsample: true,
  activation: "relu",
  weights: null,
}, { check });

const stageNames = ["layer1", "layer2", "layer3", "layer4"] as const;

type Stages<B> = Readonly<Record<(typeof stageNames)[number], readonly B[]>>;

/** Parameters under torchvision's names; `fc` belongs to the head. */
export type ResnetParams = { readonly conv1: FilterParams; readonly bn1: NormParams } & Stages<Block>;

/** What its norms remember, under torchvision's names. */
export type ResnetBuffers = { readonly bn1: BatchNormBuffers } & Stages<BlockBuffers>;

/**
 * A fresh network: filters normal as torchvision draws them, norms 1 and 0.
 *
 * @param streams a stream for each weight's name; null makes all zeros, a template for a checkpoint
 * @returns tensors that the caller owns
 */
export function initResnet(spec: Resnet, streams: Streams | null): Network<ResnetParams, ResnetBuffers> {
  return {
    params: {
      conv1: initFilter(streams, "conv1", [7, 3, narrowest]),
      bn1: initNorm(narrowest),
      ...stages(spec, (name, plan) => initBlock(plan, streams, name)),
    },
    buffers: {
      bn1: initBatchNorm(narrowest),
      ...stages(spec, (_, plan) => initBlockBuffers(plan)),
    },
  };
}

/**
 * Features of images [B, H, W, 3] normalised as {@linkcode resnetView} says: `places`, the last stage's map
 * [B, H′, W′, D], its mean [B, D], and the third stage's map, a ResNet's inner one as LaRE² looks at it.
 *
 * @throws {TypeError} when the images have not three channels, or a norm that learns sees a single pixel
 */
export function resnetFeatures(
  spec: Resnet,
  { params, buffers }: Network<ResnetParams, ResnetBuffers>,
  { images: images_BHWC, pass }: { readonly images: Tensor4D; readonly pass: Pass },
): Required<Features> {
  const { norm } = pass;
  if (images_BHWC.rank !== 4 || images_BHWC.shape[3] !== 3) {
    throw new TypeError(`Cannot see images of shape [${images_BHWC.shape.join(", ")}]: expected [B, H, W, 3]`);
  }
  return tidy(() => {
    const stride = spec.downsample ? 2 : 1;
    const stem_BHWC = applyConv(params.conv1, images_BHWC, { stride, pad: 3 });
    const bent_BHWC = bentNorm(norm, spec.activation)(params.bn1, buffers.bn1, stem_BHWC);
    let x_BHWC = maxPool(bent_BHWC, 3, stride, 1);
    const strides = stages(spec, (_, plan) => plan.stride);
    const maps = stageNames.map((name) => {
      for (const [i, block] of params[name].entries()) {
        const at = { buffers: buffers[name][i], norm, stride: strides[name][i], bend: spec.activation };
        x_BHWC = applyBlock(block, at, x_BHWC);
      }
      return x_BHWC;
    });
    const last_BHWC = lastMapOf(pass, maps[3]);
    return { pooled: globalPool(last_BHWC), map: maps[2], places: last_BHWC };
  });
}

/** The third stage's map; every step of the network halves height and width, the larger half stays. */
export function resnetInner({ depth, downsample }: Resnet, size: number): { side: number; channels: number } {
  const steps = downsample ? 4 : 2;
  return { side: Math.ceil(size / 2 ** steps), channels: narrowest * 2 ** 2 * expansion[depths[depth].form] };
}

/** Every stage's blocks by name and plan; a stage's first block takes what the stage before made. */
function stages<B>({ depth, blocks }: Resnet, make: (name: string, plan: BlockPlan) => B): Stages<B> {
  const { form, blocks: published } = depths[depth];
  const stage = (name: string, i: number): B[] => {
    const inner = narrowest * 2 ** i;
    const before = i === 0 ? narrowest : inner / 2 * expansion[form];
    return Array.from({ length: (blocks ?? published)[i] }, (_, j) => {
      const first = j === 0;
      const inputs = first ? before : inner * expansion[form];
      return make(`${name}.${j}`, { form, inputs, inner, stride: first && i > 0 ? 2 : 1 });
    });
  };
  return Object.fromEntries(stageNames.map((name, i) => [name, stage(name, i)])) as unknown as Stages<B>;
}

/** D, the number of features. */
export function resnetWidth({ depth }: Resnet): number {
  return narrowest * 2 ** 3 * expansion[depths[depth].form];
}

/** Nothing of a ResNet is left to chance while it learns. */
export function resnetDraws(): DrawShapes {
  return {};
}

/** The stem, then the four stages: what AlignedForensics calls the last k blocks are the last k of these. */
export function resnetStages(): string[][] {
  return [["conv1", "bn1"], ...stageNames.map((name) => [name])];
}

/** How images are normalised: as the weights were trained, or to −1…1 without weights. */
export function resnetView({ weights }: Resnet): View {
  if (weights === null) return plainView;
  const { mean, std } = weightsOf(weights);
  return { mean, std };
}

function check(spec: Resnet): void {
  const { depth, blocks, downsample, activation, weights } = spec;
  if (!Object.hasOwn(depths, depth)) refuse(`depth ${show(depth)}, expected 18 or 50`);
  checkFlag("resnet.downsample", downsample);
  checkChoice("resnet.activation", activation, ["relu", "leakyRelu"]);
  const counts = Array.isArray(blocks) && blocks.length === 4 && blocks.every((n) => Number.isSafeInteger(n) && n >= 1);
  if (blocks !== null && !counts) refuse(`blocks ${show(blocks)}, expected four whole numbers ≥ 1, or null`);
  if (weights === null) return;
  const wrong = misfit(spec, weights);
  if (wrong !== null) refuse(wrong);
  if (blocks !== null) refuse(`weights "${weights}" with blocks ${show(blocks)}, expected null`);
}

function refuse(what: string): never {
  throw new RangeError(`Cannot define resnet: ${what}`);
}
