/**
 * ResNet-50, with torchvision's names of weights, and its form without downsampling at the start ("nodown").
 *
 * Source: Deep Residual Learning (He et al. 2016), the stride in the 3 × 3 convolution as torchvision has it
 * ("v1.5"). Nodown: Are GAN Generated Images Easy to Detect? (Gragnaniello et al. 2021), Corvi et al. 2023 and the
 * aligned detectors that follow them; the texts speak of no downsampling in the first layer, and their code gives
 * stride 1 to the first convolution and to the max pooling as well, which stays. We follow the code.
 */
// B samples · H, W height and width · C channels · D width of the last stage
import { checkFlag } from "../definition/check.ts";
import { show } from "../definition/part.ts";
import { maxPool, type Tensor, type Tensor2D, type Tensor4D, tidy } from "../engine/ops.ts";
import { mapTree } from "../engine/tree.ts";
import { applyBatchNorm, type BatchNormBuffers, initBatchNorm, type Norm, trainingNorm } from "../nn/batch_norm.ts";
import { applyConv, type FilterParams } from "../nn/conv.ts";
import { type Draw, normalFanOut, type Streams, zeros } from "../nn/initial.ts";
import { initNorm, type NormParams } from "../nn/norm.ts";
import { globalPool } from "../nn/pool.ts";

/** Width of the first stage's inner convolutions; each further stage doubles it. */
const narrowest = 64;

/** A block's width over that of its inner convolutions. */
const expansion = 4;

/** A ResNet-50; a network by itself and no part of experiments, whose training carries no buffers of norms. */
export interface Resnet50 {
  /**
   * Whether the first convolution and the max pooling halve height and width, as published; false lets both see every
   * pixel: the traces of generators live in the finest details.
   */
  readonly downsample: boolean;
  /** Number of blocks of each of the four stages. */
  readonly depths: readonly number[];
}

/** Depths that make a ResNet of 50 layers. */
export const fiftyLayers: readonly number[] = [3, 4, 6, 3];

type Block = {
  readonly conv1: FilterParams;
  readonly bn1: NormParams;
  readonly conv2: FilterParams;
  readonly bn2: NormParams;
  readonly conv3: FilterParams;
  readonly bn3: NormParams;
  readonly downsample?: readonly [FilterParams, NormParams];
};

type BlockBuffers = {
  readonly bn1: BatchNormBuffers;
  readonly bn2: BatchNormBuffers;
  readonly bn3: BatchNormBuffers;
  readonly downsample?: { readonly 1: BatchNormBuffers };
};

type Stages<B> = { readonly layer1: B; readonly layer2: B; readonly layer3: B; readonly layer4: B };

/** Parameters under torchvision's names; `fc` belongs to the head. */
export type Resnet50Params =
  & { readonly conv1: FilterParams; readonly bn1: NormParams }
  & Stages<Block[]>;

/** What its norms remember, under torchvision's names. */
export type Resnet50Buffers = { readonly bn1: BatchNormBuffers } & Stages<BlockBuffers[]>;

/** A network's parameters and what its norms remember. */
export type Resnet50State = { readonly params: Resnet50Params; readonly buffers: Resnet50Buffers };

/**
 * A fresh network: filters normal as torchvision draws them, norms 1 and 0.
 *
 * @param streams a stream for each weight's name; null makes all zeros, a template for a checkpoint
 * @returns tensors that the caller owns
 * @throws {RangeError} when there are not four depths, whole numbers from 1
 */
export function initResnet50(spec: Resnet50, streams: Streams | null): Resnet50State {
  check(spec);
  const filter = (name: string, size: number, inputs: number, outputs: number): FilterParams => {
    const draw: Draw = streams === null ? zeros : normalFanOut(streams(name));
    return { weight: draw([size, size, inputs, outputs]) };
  };
  const block = (name: string, { inputs, inner }: Widths): Block => ({
    conv1: filter(`${name}.conv1`, 1, inputs, inner),
    bn1: initNorm(inner),
    conv2: filter(`${name}.conv2`, 3, inner, inner),
    bn2: initNorm(inner),
    conv3: filter(`${name}.conv3`, 1, inner, inner * expansion),
    bn3: initNorm(inner * expansion),
    ...(inputs === inner * expansion ? {} : {
      downsample: [filter(`${name}.downsample.0`, 1, inputs, inner * expansion), initNorm(inner * expansion)],
    }),
  });
  const blockBuffers = (_: string, { inputs, inner }: Widths): BlockBuffers => ({
    bn1: initBatchNorm(inner),
    bn2: initBatchNorm(inner),
    bn3: initBatchNorm(inner * expansion),
    ...(inputs === inner * expansion ? {} : { downsample: { 1: initBatchNorm(inner * expansion) } }),
  });
  return {
    params: { conv1: filter("conv1", 7, 3, narrowest), bn1: initNorm(narrowest), ...stages(spec, block) },
    buffers: { bn1: initBatchNorm(narrowest), ...stages(spec, blockBuffers) },
  };
}

/**
 * The last stage's map as the network is judged, norms by what they remember: [B, H, W, 3] → [B, H′, W′, D].
 *
 * @throws {TypeError} when the images have not three channels
 */
export function resnet50Map(spec: Resnet50, { params, buffers }: Resnet50State, images_BHWC: Tensor4D): Tensor4D {
  checkImages(images_BHWC);
  return tidy(() => network(spec, { params, buffers, norm: applyBatchNorm }, images_BHWC));
}

/** Features of images as the network is judged: the mean of {@linkcode resnet50Map}. [B, H, W, 3] → [B, D]. */
export function resnet50Features(spec: Resnet50, state: Resnet50State, images_BHWC: Tensor4D): Tensor2D {
  return tidy(() => globalPool(resnet50Map(spec, state, images_BHWC)));
}

/**
 * Features of images as the network learns: norms by this batch. [B, H, W, 3] → [B, D].
 *
 * @returns features, and the buffers after this batch; the caller owns both
 * @throws {TypeError} when the images have not three channels, or a norm sees a single pixel
 */
export function trainResnet50(
  spec: Resnet50,
  { params, buffers }: Resnet50State,
  images_BHWC: Tensor4D,
): { features: Tensor2D; buffers: Resnet50Buffers } {
  checkImages(images_BHWC);
  return tidy(() => {
    const { norm, moved } = trainingNorm();
    const features = globalPool(network(spec, { params, buffers, norm }, images_BHWC));
    return { features, buffers: mapTree(buffers, (buffer) => moved(buffer)!) };
  });
}

/** D, the number of features. */
export function resnet50Width(_spec: Resnet50): number {
  return narrowest * 2 ** 3 * expansion;
}

type At = Resnet50State & { readonly norm: Norm };

function network(spec: Resnet50, { params, buffers, norm }: At, images_BHWC: Tensor4D): Tensor4D {
  const stride = spec.downsample ? 2 : 1;
  const stem_BHWC = applyConv(params.conv1, images_BHWC, { stride, pad: 3 });
  const bent_BHWC = norm(params.bn1, buffers.bn1, stem_BHWC, { activation: "relu" }) as Tensor4D;
  let x_BHWC = maxPool(bent_BHWC, 3, stride, 1);
  for (const name of stageNames) {
    params[name].forEach((block, i) => {
      const first = name !== "layer1" && i === 0;
      x_BHWC = applyBlock(block, { buffers: buffers[name][i], norm, stride: first ? 2 : 1 }, x_BHWC);
    });
  }
  return x_BHWC;
}

function applyBlock(
  block: Block,
  { buffers, norm, stride }: { buffers: BlockBuffers; norm: Norm; stride: number },
  x_BHWC: Tensor4D,
): Tensor4D {
  const activation = "relu";
  const y1_BHWC = norm(block.bn1, buffers.bn1, applyConv(block.conv1, x_BHWC), { activation }) as Tensor4D;
  const y2_BHWC = applyConv(block.conv2, y1_BHWC, { stride, pad: 1 });
  const y3_BHWC = applyConv(block.conv3, norm(block.bn2, buffers.bn2, y2_BHWC, { activation }) as Tensor4D);
  const residual: Tensor = block.downsample === undefined
    ? x_BHWC
    : norm(block.downsample[1], buffers.downsample![1], applyConv(block.downsample[0], x_BHWC, { stride }));
  return norm(block.bn3, buffers.bn3, y3_BHWC, { activation, residual }) as Tensor4D;
}

const stageNames = ["layer1", "layer2", "layer3", "layer4"] as const;

interface Widths {
  readonly inputs: number;
  readonly inner: number;
}

/** Every stage's blocks by name and widths; `inputs` of a stage's first block are what the stage before made. */
function stages<B>({ depths }: Resnet50, make: (name: string, widths: Widths) => B): Stages<B[]> {
  const stage = (name: string, i: number): B[] => {
    const inner = narrowest * 2 ** i;
    const before = i === 0 ? narrowest : inner / 2 * expansion;
    return Array.from(
      { length: depths[i] },
      (_, j) => make(`${name}.${j}`, { inputs: j === 0 ? before : inner * expansion, inner }),
    );
  };
  return Object.fromEntries(stageNames.map((name, i) => [name, stage(name, i)])) as unknown as Stages<B[]>;
}

function checkImages(images: Tensor4D): void {
  if (images.rank !== 4 || images.shape[3] !== 3) {
    throw new TypeError(`Cannot see images of shape [${images.shape.join(", ")}]: expected [B, H, W, 3]`);
  }
}

function check({ downsample, depths }: Resnet50): void {
  checkFlag("resnet50.downsample", downsample);
  if (!Array.isArray(depths) || depths.length !== 4 || !depths.every((n) => Number.isSafeInteger(n) && n >= 1)) {
    throw new RangeError(`Cannot make a ResNet-50: depths ${show(depths)}, expected four whole numbers ≥ 1`);
  }
}
