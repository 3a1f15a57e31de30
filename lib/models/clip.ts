/** CLIP's image towers as one kind of backbone: vision transformers and the ResNet. */
// B samples · F features
import { checkChoice } from "../definition/check.ts";
import { type Part, part, show } from "../definition/part.ts";
import { fields, nullable, scalar } from "../definition/reader.ts";
import type { Tensor4D } from "../engine/ops.ts";
import type { Streams } from "../nn/initial.ts";
import type { Pass } from "../nn/pass.ts";
import {
  type ClipResnet,
  clipResnetFeatures,
  type ClipResnetNetwork,
  clipResnetStages,
  initClipResnet,
} from "./clip_resnet.ts";
import { type ClipVit, clipVitFeatures, type ClipVitNetwork, clipVitStages, initClipVit } from "./clip_vit.ts";
import type { DrawShapes, Features } from "./network.ts";
import { misfit, openaiView, type View, weightsOf } from "./weights.ts";

type Sizes = Omit<ClipVit, "activation">;

const base = { width: 768, layers: 12, heads: 12, hidden: 3072, image: 224, projection: 512 };
const large = { width: 1024, layers: 24, heads: 16, hidden: 4096, patch: 14, projection: 768 };

/** The vision transformers, as the paper's Table 20 has them. */
const vits = {
  "ViT-B/32": { ...base, patch: 32 },
  "ViT-B/16": { ...base, patch: 16 },
  "ViT-L/14": { ...large, image: 224 },
  "ViT-L/14@336": { ...large, image: 336 },
} as const satisfies Record<string, Sizes>;

/** The ResNet, as the paper's Table 19 has it. */
const resnets = {
  "RN50": { blocks: [3, 4, 6, 3], width: 64, heads: 32, image: 224, projection: 1024 },
} as const satisfies Record<string, ClipResnet>;

/** Name of a published image tower. */
export type ClipVariant = keyof typeof vits | keyof typeof resnets;

/** An image tower of CLIP: give either `variant` or `sizes`. */
export interface Clip extends Part<"clip"> {
  /** A published tower; "@336" is for images of that side, the others are for 224. */
  readonly variant: ClipVariant | null;
  /** A vision transformer of other sizes. */
  readonly sizes: Sizes | null;
  /**
   * Of a transformer's MLPs: null, QuickGELU, as OpenAI trained its towers; or "gelu", as most of those trained by
   * open_clip have it.
   */
  readonly activation: "gelu" | null;
  /** Name of pretrained weights (`weights.ts`), or null to start from scratch. */
  readonly weights: string | null;
}

/** Defines an image tower of CLIP. */
export const clip = part<Clip>("clip", { variant: null, sizes: null, activation: null, weights: null }, { check });

/** Either form's network. */
export type ClipNetwork = ClipVitNetwork | ClipResnetNetwork;

/** A fresh tower as `initClipVit` or `initClipResnet` makes it. */
export function initClip(spec: Clip, streams: Streams | null): ClipNetwork {
  const tower = towerOf(spec);
  return "blocks" in tower ? initClipResnet(tower, streams) : initClipVit(tower, streams);
}

/**
 * Features of images in the space that they share with texts, not of unit length; RN50 gives its third stage's map
 * beside them. [B, H, W, 3] → [B, F].
 *
 * @throws {TypeError} when the images have not the size that the tower is for
 */
export function clipFeatures(
  spec: Clip,
  network: ClipNetwork,
  at: { readonly images: Tensor4D; readonly pass: Pass },
): Features {
  const tower = towerOf(spec);
  if ("blocks" in tower) return clipResnetFeatures(tower, network as ClipResnetNetwork, at);
  return clipVitFeatures(tower, network as ClipVitNetwork, at);
}

/** F, the number of features. */
export function clipWidth(spec: Clip): number {
  const tower = towerOf(spec);
  return tower.projection ?? tower.width;
}

/** Side of the images: every place has a learned position. */
export function clipSide(spec: Clip): number {
  return towerOf(spec).image;
}

/** The map of the ResNet's third stage; a transformer offers none. */
export function clipInner(spec: Clip): { side: number; channels: number } | null {
  const tower = towerOf(spec);
  return "blocks" in tower ? { side: tower.image / 16, channels: tower.width * 16 } : null;
}

/** How images are normalised: as the weights were trained, without weights as OpenAI's were. */
export function clipView({ weights }: Clip): View {
  if (weights === null) return openaiView;
  const { mean, std } = weightsOf(weights);
  return { mean, std };
}

/** As `clipVitStages` and `clipResnetStages` have them. */
export function clipStages(spec: Clip): string[][] {
  const tower = towerOf(spec);
  return "blocks" in tower ? clipResnetStages() : clipVitStages(tower);
}

/** Nothing of a tower is left to chance while it learns. */
export function clipDraws(): DrawShapes {
  return {};
}

function towerOf({ variant, sizes, activation }: Clip): ClipVit | ClipResnet {
  if (variant !== null && isResnet(variant)) return resnets[variant];
  return { ...(variant === null ? sizes! : vits[variant]), activation: activation ?? "quickGelu" };
}

function isResnet(variant: ClipVariant): variant is keyof typeof resnets {
  return Object.hasOwn(resnets, variant);
}

function check(spec: Clip): void {
  const { variant, sizes, activation, weights } = spec;
  if ((variant === null) === (sizes === null)) {
    refuse(`variant ${show(variant)} and sizes ${show(sizes)}, expected one of them`);
  }
  if (variant !== null) checkChoice("clip.variant", variant, [...Object.keys(vits), ...Object.keys(resnets)]);
  if (sizes !== null) checkSizes(sizes);
  if (activation !== null) checkChoice("clip.activation", activation, ["gelu"]);
  if (activation !== null && variant !== null && isResnet(variant)) {
    refuse(`activation "${activation}" for ${variant}, expected null: its filters have ReLU`);
  }
  if (activation !== null && weights !== null) {
    refuse(`activation "${activation}" with weights "${weights}", expected null: they were trained with QuickGELU`);
  }
  if (weights === null) return;
  const wrong = misfit(spec, weights);
  if (wrong !== null) refuse(wrong);
}

function checkSizes(sizes: Sizes): void {
  const count = scalar(
    "a whole number ≥ 1",
    (value): value is number => Number.isSafeInteger(value) && value as number > 0,
  );
  const counted = { read: count };
  fields<Sizes>({
    width: counted,
    layers: counted,
    heads: counted,
    hidden: counted,
    image: counted,
    patch: counted,
    projection: { read: nullable(count) },
  })(sizes, "clip.sizes");
  for (const [whole, share] of [["width", "heads"], ["image", "patch"]] as const) {
    if (sizes[whole] % sizes[share] !== 0) {
      refuse(`sizes of ${whole} ${sizes[whole]} and ${share} ${sizes[share]}, expected a multiple`);
    }
  }
}

function refuse(what: string): never {
  throw new RangeError(`Cannot define clip: ${what}`);
}
