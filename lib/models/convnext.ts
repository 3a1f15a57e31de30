/**
 * ConvNeXt, with timm's names of weights.
 *
 * Source: A ConvNet for the 2020s (Liu et al. 2022); pretrained weights and names from timm's `convnext.py`.
 * What is ours: free kernel size, a stem whose patches may overlap, high-pass input channels, GELU between
 * the stages, another start. Not here: timm's variants with overlapping stems or other norms (`_ols`, `_rms`, `_hnf`),
 * and ConvNeXt V2.
 */
// B samples · H, W height and width · C channels · D width of the last stage
import { checkChoice, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part, show } from "../definition/part.ts";
import { add, addScaled, concat, gelu, mul, type Tensor, type Tensor2D, type Tensor4D, tidy } from "../engine/ops.ts";
import { applyConv, applyDepthwise, type ConvParams, initConv, initDepthwise } from "../nn/conv.ts";
import { highPass } from "../nn/high_pass.ts";
import { dropPath } from "../nn/dropout.ts";
import { type Draw, filledWith, type Streams, truncatedNormal, uniformFanIn, zeros } from "../nn/initial.ts";
import { initLinear, type LinearParams } from "../nn/linear.ts";
import { applyNormedMlp } from "../nn/mlp.ts";
import { applyNorm, initNorm, type NormParams } from "../nn/norm.ts";
import { lastMapOf, type Pass } from "../nn/pass.ts";
import { globalPool } from "../nn/pool.ts";
import type { DrawShapes, Features, Network } from "./network.ts";
import { misfit, plainView, type View, weightsOf } from "./weights.ts";

/** A published size of ConvNeXt. */
export type ConvnextSize = "atto" | "femto" | "pico" | "nano" | "tiny" | "small" | "base" | "large" | "xlarge";

/** Blocks and widths of each stage: from tiny on as the paper's Table 9 has them, the smaller ones timm's own. */
const sizes: Readonly<Record<ConvnextSize, { readonly depths: readonly number[]; readonly dims: readonly number[] }>> =
  {
    atto: { depths: [2, 2, 6, 2], dims: [40, 80, 160, 320] },
    femto: { depths: [2, 2, 6, 2], dims: [48, 96, 192, 384] },
    pico: { depths: [2, 2, 6, 2], dims: [64, 128, 256, 512] },
    nano: { depths: [2, 2, 8, 2], dims: [80, 160, 320, 640] },
    tiny: { depths: [3, 3, 9, 3], dims: [96, 192, 384, 768] },
    small: { depths: [3, 3, 27, 3], dims: [96, 192, 384, 768] },
    base: { depths: [3, 3, 27, 3], dims: [128, 256, 512, 1024] },
    large: { depths: [3, 3, 27, 3], dims: [192, 384, 768, 1536] },
    xlarge: { depths: [3, 3, 27, 3], dims: [256, 512, 1024, 2048] },
  };

/** A ConvNeXt: give either `size`, or `depths` and `dims`. */
export interface Convnext extends Part<"convnext"> {
  /** A published size. */
  readonly size: ConvnextSize | null;
  /** Number of blocks of each stage; every stage after the first halves height and width. */
  readonly depths: readonly number[] | null;
  /** Number of channels of each stage. */
  readonly dims: readonly number[] | null;
  /** Side of the depthwise filters, odd; pixels. */
  readonly kernel: number;
  /**
   * Side of the first filter and its step, pixels. Where `size` exceeds `stride` the patches overlap and the image
   * is padded by half of the difference.
   */
  readonly stem: { readonly size: number; readonly stride: number };
  /**
   * What follows the stem and each downsampling: null, nothing, as published; or "gelu". A network of one block a
   * stage bends its signal too little without it to learn high frequencies in a few hundred steps.
   */
  readonly transitions: "gelu" | null;
  /**
   * How weights start: null, normal with standard deviation .02, as published; or "fanIn", uniform within ±1/√n for n
   * inputs of a unit, as PyTorch's layers do, which gives a small network without pretraining a signal to begin with.
   */
  readonly initial: "fanIn" | null;
  /** Width of a block's hidden layer over its own width. */
  readonly expansion: number;
  /** First value of the factors on each block's branch; null leaves them out. */
  readonly layerScale: number | null;
  /**
   * Null, or the factor of three further input channels: what a 3 × 3 binomial blur takes from the normalised
   * image. Generators leave their traces there, and a small network trained from scratch finds them sooner.
   */
  readonly highPass: number | null;
  /** Probability with which the last block's branch is left out of a sample in training; falls to 0 at the first. */
  readonly dropPath: number | null;
  /** Name of pretrained weights (`weights.ts`), or null to start from scratch. */
  readonly weights: string | null;
}

/** Defines a ConvNeXt. */
export const convnext: Maker<Convnext> = part("convnext", {
  size: null,
  depths: null,
  dims: null,
  kernel: 7,
  stem: { size: 4, stride: 4 },
  transitions: null,
  initial: null,
  expansion: 4,
  layerScale: 1e-6,
  highPass: null,
  dropPath: null,
  weights: null,
}, { check });

type Block = {
  readonly conv_dw: ConvParams;
  readonly norm: NormParams;
  readonly mlp: { readonly fc1: LinearParams; readonly fc2: LinearParams };
  readonly gamma?: Tensor;
};

type Stage = {
  readonly downsample?: readonly [NormParams, ConvParams];
  readonly blocks: readonly Block[];
};

/** Parameters under timm's names; `head.fc` belongs to the head. */
export type ConvnextParams = {
  readonly stem: readonly [ConvParams, NormParams];
  readonly stages: readonly Stage[];
  readonly head: { readonly norm: NormParams };
};

/**
 * A fresh network: weights as `initial` says, biases 0, norms 1 and 0.
 *
 * @param streams a stream for each weight's name, so that one more block leaves the others alone; null makes all
 * zeros, a template for a checkpoint
 * @returns tensors that the caller owns
 */
export function initConvnext(spec: Convnext, streams: Streams | null): Network<ConvnextParams, Record<string, never>> {
  const { depths, dims } = stagesOf(spec);
  const random = spec.initial === "fanIn" ? uniformFanIn : truncatedNormal;
  const draw = (name: string): Draw => streams === null ? zeros : random(streams(name));
  const { size } = spec.stem;
  const block = (name: string, width: number): Block => ({
    conv_dw: initDepthwise({ size: spec.kernel, channels: width }, draw(`${name}.conv_dw`)),
    norm: initNorm(width),
    mlp: {
      fc1: initLinear({ inputs: width, outputs: width * spec.expansion }, draw(`${name}.mlp.fc1`)),
      fc2: initLinear({ inputs: width * spec.expansion, outputs: width }, draw(`${name}.mlp.fc2`)),
    },
    ...(spec.layerScale === null ? {} : { gamma: filledWith(spec.layerScale)([width]) }),
  });
  const stage = (i: number): Stage => ({
    ...(i === 0 ? {} : {
      downsample: [
        initNorm(dims[i - 1]),
        initConv({ size: 2, inputs: dims[i - 1], outputs: dims[i] }, draw(`stages.${i}.downsample.1`)),
      ],
    }),
    blocks: Array.from({ length: depths[i] }, (_, j) => block(`stages.${i}.blocks.${j}`, dims[i])),
  });
  const params = {
    stem: [
      initConv({ size, inputs: spec.highPass === null ? 3 : 6, outputs: dims[0] }, draw("stem.0")),
      initNorm(dims[0]),
    ] as const,
    stages: dims.map((_, i) => stage(i)),
    head: { norm: initNorm(dims[dims.length - 1]) },
  };
  return { params, buffers: {} };
}

/**
 * Features of images: pooled over the image, then normed. [B, H, W, 3] → [B, D]; beside them the map of the stage before
 * the last, where there is one, for a refinement to look at.
 *
 * @param at `images` normalised as {@linkcode convnextView} says
 * @throws {TypeError} when the images have not three channels or are too small for the stages
 */
export function convnextFeatures(
  spec: Convnext,
  { params }: Network<ConvnextParams>,
  { images: images_BHWC, pass }: { readonly images: Tensor4D; readonly pass: Pass },
): Features {
  checkImages(spec, images_BHWC);
  return tidy(() => {
    let map: Tensor4D | undefined;
    let x_BHWC = applyStem(spec, params.stem, images_BHWC);
    for (const i of params.stages.keys()) {
      if (i > 0) map = x_BHWC;
      x_BHWC = applyStage(spec, { stage: params.stages[i], i, pass }, x_BHWC);
    }
    const pooled = applyNorm(params.head.norm, globalPool(lastMapOf(pass, x_BHWC))) as Tensor2D;
    return map === undefined ? { pooled } : { pooled, map };
  });
}

/** The map of the stage before the last; null where there is one stage alone. The stem and each later stage round down. */
export function convnextInner(spec: Convnext, size: number): { side: number; channels: number } | null {
  const { dims } = stagesOf(spec);
  if (dims.length < 2) return null;
  return { side: Math.floor(Math.floor(size / spec.stem.stride) / 2 ** (dims.length - 2)), channels: dims.at(-2)! };
}

// a scope for each part: 64 images of 224² through all of ConvNeXt-base in one overfill 4 GiB, even where nothing learns

function applyStem(spec: Convnext, [conv, norm]: ConvnextParams["stem"], images_BHWC: Tensor4D): Tensor4D {
  return tidy(() => {
    const { size, stride } = spec.stem;
    const input_BHWC: Tensor4D = spec.highPass === null
      ? images_BHWC
      : concat([images_BHWC, mul(highPass(images_BHWC), spec.highPass)], 3);
    const patches_BHWC = applyConv(conv, input_BHWC, { stride, pad: (size - stride) / 2 });
    return bent(spec, applyNorm(norm, patches_BHWC));
  });
}

function applyStage(
  spec: Convnext,
  { stage: { downsample, blocks }, i, pass }: { readonly stage: Stage; readonly i: number; readonly pass: Pass },
  x_BHWC: Tensor4D,
): Tensor4D {
  const rates = dropRates(spec)[i];
  return tidy(() => {
    let y_BHWC = downsample === undefined ? x_BHWC : tidy(() => {
      const normed_BHWC = applyNorm(downsample[0], x_BHWC) as Tensor4D;
      return bent(spec, applyConv(downsample[1], normed_BHWC, { stride: 2 }));
    });
    for (const [j, block] of blocks.entries()) {
      y_BHWC = applyBlock(block, { rate: rates[j], uniform: pass.draw(dropName(i, j)) }, y_BHWC);
    }
    return y_BHWC;
  });
}

/** What follows the stem and each downsampling. */
function bent({ transitions }: Convnext, x: Tensor): Tensor4D {
  return (transitions === "gelu" ? gelu(x) : x) as Tensor4D;
}

function applyBlock(block: Block, drop: { rate: number; uniform: Tensor | null }, x_BHWC: Tensor4D): Tensor4D {
  return tidy(() => {
    const y_BHWC = applyDepthwise(block.conv_dw, x_BHWC);
    if (block.gamma !== undefined && drop.uniform === null) {
      const onto = { x: x_BHWC, scale: block.gamma };
      return applyNormedMlp(block, y_BHWC, { activation: "gelu", onto }) as Tensor4D;
    }
    const kept_BHWC = dropPath(applyNormedMlp(block, y_BHWC, { activation: "gelu" }), drop);
    if (block.gamma === undefined) return add(x_BHWC, kept_BHWC as Tensor4D);
    return addScaled(x_BHWC, kept_BHWC, block.gamma) as Tensor4D;
  });
}

/** The probability with which each block's branch is left out: from 0 rising evenly to the option's, as timm has it. */
function dropRates(spec: Convnext): number[][] {
  const { depths } = stagesOf(spec);
  const blocks = depths.reduce((a, b) => a + b, 0);
  let at = 0;
  return depths.map((depth) =>
    Array.from({ length: depth }, () => blocks === 1 ? 0 : (spec.dropPath ?? 0) * at++ / (blocks - 1))
  );
}

function dropName(stage: number, block: number): string {
  return `stages.${stage}.blocks.${block}.drop_path`;
}

/** One number a sample for every block that may be left out. */
export function convnextDraws(spec: Convnext, rows: number): DrawShapes {
  const named = dropRates(spec).flatMap((rates, i) =>
    rates.flatMap((rate, j): [string, number[]][] => rate === 0 ? [] : [[dropName(i, j), [rows]]])
  );
  return Object.fromEntries(named);
}

/** The stem, then the stages, the last with the norm behind it. */
export function convnextStages(spec: Convnext): string[][] {
  const stages = stagesOf(spec).depths.map((_, i) => [`stages.${i}`]);
  return [["stem"], ...stages.slice(0, -1), [...stages.at(-1)!, "head.norm"]];
}

/** D, the number of features. */
export function convnextWidth(spec: Convnext): number {
  return stagesOf(spec).dims.at(-1)!;
}

/** How images are normalised: as the weights were trained, or to −1…1 without weights. */
export function convnextView(spec: Convnext): View {
  if (spec.weights === null) return plainView;
  const { mean, std } = weightsOf(spec.weights);
  return { mean, std };
}

function stagesOf(spec: Convnext): { depths: readonly number[]; dims: readonly number[] } {
  return spec.size === null ? { depths: spec.depths!, dims: spec.dims! } : sizes[spec.size];
}

function checkImages(spec: Convnext, images: Tensor4D): void {
  const [, height, width, channels] = images.shape;
  const least = spec.stem.stride * 2 ** (stagesOf(spec).dims.length - 1);
  if (images.rank !== 4 || channels !== 3 || height < least || width < least) {
    throw new TypeError(
      `Cannot see images of shape [${images.shape.join(", ")}]: expected [B, H, W, 3] of at least ${least} × ${least}`,
    );
  }
}

function check(spec: Convnext): void {
  const { size, depths, dims, stem, expansion } = spec;
  if (size !== null && depths === null && dims === null) checkChoice("convnext.size", size, Object.keys(sizes));
  else if (size !== null || depths === null || dims === null) {
    refuse(`size ${show(size)}, depths ${show(depths)}, dims ${show(dims)}, expected either size, or depths and dims`);
  }
  checkNumber("convnext.expansion", expansion, { above: 0 });
  if (depths !== null && dims !== null) {
    if (!areCounts(depths) || !areCounts(dims) || depths.length !== dims.length) {
      refuse(`depths ${show(depths)} and dims ${show(dims)}, expected as many whole numbers ≥ 1 in both`);
    }
    if (!areCounts(dims.map((width) => width * expansion))) {
      refuse(`expansion ${expansion} of dims ${show(dims)}, expected whole hidden widths`);
    }
  }
  checkNumber("convnext.kernel", spec.kernel, { from: 1, integer: true });
  if (spec.kernel % 2 === 0) refuse(`kernel ${spec.kernel}, expected an odd number`);
  checkNumber("convnext.stem.size", stem?.size, { from: 1, integer: true });
  checkNumber("convnext.stem.stride", stem.stride, { from: 1, integer: true });
  if (stem.size < stem.stride || (stem.size - stem.stride) % 2 !== 0) {
    refuse(`stem ${show(stem)}, expected a size of at least stride and their difference even`);
  }
  if (spec.transitions !== null) checkChoice("convnext.transitions", spec.transitions, ["gelu"]);
  if (spec.initial !== null) checkChoice("convnext.initial", spec.initial, ["fanIn"]);
  if (spec.layerScale !== null) checkNumber("convnext.layerScale", spec.layerScale, {});
  if (spec.highPass !== null) checkNumber("convnext.highPass", spec.highPass, { above: 0 });
  if (spec.dropPath !== null) checkNumber("convnext.dropPath", spec.dropPath, { from: 0, below: 1 });
  if (spec.weights !== null) checkWeights(spec, spec.weights);
}

/** Published weights fit the published architecture only; shapes of shipped ones are compared when they are read. */
function checkWeights(spec: Convnext, name: string): void {
  const { kernel, stem, transitions, expansion, layerScale, highPass } = spec;
  const wrong = misfit(spec, name);
  if (wrong !== null) refuse(wrong);
  if (weightsOf(name).hub === null) return;
  if (kernel !== 7 || stem.size !== 4 || stem.stride !== 4 || expansion !== 4 || layerScale === null) {
    refuse(`weights "${name}" with another kernel, stem, expansion or layerScale, expected those of the paper`);
  }
  if (transitions !== null) refuse(`weights "${name}" with transitions "${transitions}", expected null`);
  if (highPass !== null) {
    refuse(`weights "${name}" with highPass ${highPass}, expected null: their stem has 3 channels`);
  }
}

function refuse(what: string): never {
  throw new RangeError(`Cannot define convnext: ${what}`);
}

function areCounts(values: readonly unknown[]): boolean {
  return Array.isArray(values) && values.length > 0 && values.every((n) => Number.isSafeInteger(n) && n >= 1);
}
