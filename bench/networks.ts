/** The networks that training steps are measured on, and how fast they are meant to be beside PyTorch. */
import { methods } from "../experiments/pocket.ts";
import type { BackendName } from "../lib/engine/backend.ts";
import type { Precision } from "../lib/engine/precision.ts";
import { type Backbone, convnext, type Head, linear, resnet } from "../lib/models/mod.ts";
import { crossEntropy } from "../lib/losses/cross_entropy.ts";
import type { Loss } from "../lib/losses/mod.ts";
import { type AdamW, adamW } from "../lib/optimizers/adamw.ts";
import type { SmallResnet } from "../lib/nn/small_resnet.ts";

/** As He et al. 2016 have them for CIFAR; measured and not offered as a part. */
export type SmallResnetBackbone = SmallResnet & { readonly kind: "smallResnet" };

/** A network in training on fixed images. */
export interface Network {
  readonly title: string;
  /** Images of a step, half of them fake. */
  readonly rows: number;
  /** Height and width of the images, pixels. */
  readonly side: number;
  /** What both sides build, plain data. */
  readonly model: {
    readonly backbone: Backbone | SmallResnetBackbone;
    readonly head: Head;
  };
  readonly loss: Loss;
  readonly optimizer: AdamW;
  /** What each side computes in, PyTorch in bfloat16 by autocast; left out: float32. */
  readonly precision?: { readonly ours: Precision; readonly theirs: Precision };
  /** Our time over PyTorch's with as many threads, at most; no goal where none is named. */
  readonly goals: readonly {
    readonly backend: BackendName;
    readonly threads: readonly number[];
    readonly most: number;
  }[];
  /** Backends that it is measured on. */
  readonly backends: readonly BackendName[];
  /** Our peak of resident memory over PyTorch's on tensorflow, at most; null where it is not measured. */
  readonly memory: number | null;
}

const usual = {
  loss: crossEntropy(),
  optimizer: adamW(),
  backends: ["wasm", "tensorflow"],
  memory: null,
} as const;

const smallConvnext = {
  ...usual,
  rows: 64,
  model: {
    backbone: convnext({ depths: [2, 2], dims: [48, 96], layerScale: null, initial: "fanIn" }),
    head: linear({ classes: 2 }),
  },
  goals: [
    { backend: "tensorflow", threads: [1, 2], most: 0.7 },
    { backend: "wasm", threads: [1], most: 2.2 },
    { backend: "wasm", threads: [2], most: 2.4 },
  ],
} as const;

const convnextTiny = {
  ...usual,
  title: "ConvNeXt-tiny, 8 images of 224²",
  rows: 8,
  side: 224,
  model: {
    // at the published first value of 1e-6 a wrong block would go unseen
    backbone: convnext({ size: "tiny", layerScale: 0.1, initial: "fanIn" }),
    head: linear({ classes: 2 }),
  },
  optimizer: adamW({ rate: 1e-4 }), // at the default its first losses rise
  backends: ["tensorflow"],
  memory: 1.2,
} as const;

const pocket = methods.plain();

/** By the name that `--only` takes. */
export const networks: Readonly<Record<string, Network>> = {
  "small-convnext-32": { ...smallConvnext, title: "small ConvNeXt, 64 images of 32²", side: 32 },
  "small-convnext-64": { ...smallConvnext, title: "small ConvNeXt, 64 images of 64²", side: 64 },
  "small-resnet-32": {
    ...usual,
    title: "small ResNet, 64 images of 32²",
    rows: 64,
    side: 32,
    model: {
      backbone: { kind: "smallResnet", inputs: 3, widths: [32, 64, 128], blocks: 2, carrier: 1 },
      head: linear({ classes: 2 }),
    },
    goals: [
      { backend: "wasm", threads: [1], most: 2.8 },
      { backend: "wasm", threads: [2], most: 2.4 },
    ],
  },
  "pocket-detector": {
    ...usual,
    title: "detector of the pocket world, 64 images of 64²",
    rows: 64,
    side: 64,
    model: pocket.model,
    loss: pocket.loss.classification,
    optimizer: pocket.optimizer as AdamW,
    goals: [],
  },
  "convnext-tiny": { ...convnextTiny, goals: [{ backend: "tensorflow", threads: [1, 2], most: 0.85 }] },
  // the goal is beside the better of the two
  "convnext-tiny-bfloat16": {
    ...convnextTiny,
    title: "ConvNeXt-tiny in bfloat16, beside autocast",
    precision: { ours: "bfloat16", theirs: "bfloat16" },
    goals: [{ backend: "tensorflow", threads: [1, 2], most: 0.6 }],
  },
  "convnext-tiny-bfloat16-float32": {
    ...convnextTiny,
    title: "ConvNeXt-tiny in bfloat16, beside float32",
    precision: { ours: "bfloat16", theirs: "float32" },
    goals: [{ backend: "tensorflow", threads: [1, 2], most: 0.6 }],
  },
  "resnet50-nodown": {
    ...usual,
    title: "ResNet-50 nodown, 8 images of 96²",
    rows: 8,
    side: 96,
    model: { backbone: resnet({ downsample: false }), head: linear({ classes: 2 }) },
    // small enough that its second loss does not hang on the signs of gradients that are rounding
    optimizer: adamW({ rate: 1e-5 }),
    goals: [{ backend: "tensorflow", threads: [1, 2], most: 0.85 }],
    backends: ["tensorflow"],
  },
};
