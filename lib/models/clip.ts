/**
 * CLIP's image towers as one kind of backbone, vision transformers and the ResNet; beside them, where captions are read,
 * the text tower.
 */
// B samples · F features
import { checkChoice } from "../definition/check.ts";
import { type Maker, type Part, part, show } from "../definition/part.ts";
import { fields, nullable, scalar } from "../definition/reader.ts";
import { concat, type Tensor2D, type Tensor4D, tidy } from "../engine/ops.ts";
import type { Streams } from "../nn/initial.ts";
import type { Pass } from "../nn/pass.ts";
import {
  type ClipResnet,
  clipResnetFeatures,
  type ClipResnetNetwork,
  clipResnetStages,
  initClipResnet,
} from "./clip_resnet.ts";
import {
  type ClipText,
  clipTextFeatures,
  type ClipTextNetwork,
  type ClipTextParams,
  clipTexts,
  clipTextStages,
  initClipText,
} from "./clip_text.ts";
import { type ClipVit, clipVitFeatures, type ClipVitNetwork, clipVitStages, initClipVit } from "./clip_vit.ts";
import type { Captions, DrawShapes, Features, Network } from "./network.ts";
import { imagenetView, misfit, openaiView, type View, weightsOf } from "./weights.ts";

/** Sizes of a vision transformer. */
export type ClipSizes = Omit<ClipVit, "activation">;

const base = { width: 768, layers: 12, heads: 12, hidden: 3072, image: 224, projection: 512 };
const large = { width: 1024, layers: 24, heads: 16, hidden: 4096, patch: 14, projection: 768 };

/** The vision transformers, as the paper's Table 20 has them. */
const vits = {
  "ViT-B/32": { ...base, patch: 32 },
  "ViT-B/16": { ...base, patch: 16 },
  "ViT-L/14": { ...large, image: 224 },
  "ViT-L/14@336": { ...large, image: 336 },
} as const satisfies Record<string, ClipSizes>;

/** The ResNet, as the paper's Table 19 has it; and the pocket world's, for patches of 64 × 64 pixels. */
const resnets = {
  "RN50": { blocks: [3, 4, 6, 3], width: 64, heads: 32, image: 224, projection: 1024 },
  "pocket": { blocks: [2, 2, 3, 1], width: 8, heads: 8, image: 64, projection: 64 },
} as const satisfies Record<string, ClipResnet>;

/** Name of an image tower: of a published one, or "pocket". */
export type ClipVariant = "ViT-B/32" | "ViT-B/16" | "ViT-L/14" | "ViT-L/14@336" | "RN50" | "pocket";

/**
 * Sizes of a text tower beside an image tower of other sizes than the published; its texts have 77 numbers, of which the
 * largest ends a text, and its features the width of the image's.
 */
export type ClipTextSizes = Pick<ClipText, "width" | "layers" | "heads" | "hidden" | "vocabulary">;

/**
 * An image tower of CLIP: give either `variant` or `sizes`. With the text tower features are those of the image, then
 * those of its caption, neither of unit length.
 *
 * Source: Robust CLIP (Santosh et al. 2024), whose code stores what `encode_image` and `encode_text` give and joins the
 * two as they are. It cuts a caption after 77 letters and reads it as Python prints bytes, "b'a cat'"; here it is read as
 * it is, up to 77 numbers.
 */
export interface Clip extends Part<"clip"> {
  /**
   * A published tower, "@336" for images of that side, the others for 224; or "pocket", a small ResNet for 64, whose
   * weights "pocket/clip" are shipped and know the photographs of the pocket world alone (lib/pocket/README.md).
   */
  readonly variant: ClipVariant | null;
  /** A vision transformer of other sizes. */
  readonly sizes: ClipSizes | null;
  /**
   * Of a transformer's MLPs: null, QuickGELU, as OpenAI trained its towers; or "gelu", as most of those trained by
   * open_clip have it.
   */
  readonly activation: "gelu" | null;
  /** Name of pretrained weights (`weights.ts`), or null to start from scratch. */
  readonly weights: string | null;
  /** Which towers look; null: the image's alone. */
  readonly towers: readonly ["image", "text"] | null;
  /** Sizes of the text tower, where `sizes` are given and there is one. */
  readonly text: ClipTextSizes | null;
  /**
   * What the text tower reads of an image without a caption: "empty", the empty text, and then runs and evaluations also
   * tell how often the network is right when every caption is empty. Null: nothing, such images are refused.
   */
  readonly captions: "empty" | null;
  /**
   * By whose mean and deviation pixels are normalised: "imagenet", as the codes of DRCT and LaRE² have it for their towers;
   * null: as the weights were trained, by those of CLIP's own images.
   */
  readonly pixels: "imagenet" | null;
}

/** Defines an image tower of CLIP, or both towers. */
export const clip: Maker<Clip> = part("clip", {
  variant: null,
  sizes: null,
  activation: null,
  weights: null,
  towers: null,
  text: null,
  captions: null,
  pixels: null,
}, { check });

/** The image tower's network under its own names; the text tower's under "text", where there is one. */
export type ClipNetwork =
  | ClipVitNetwork
  | ClipResnetNetwork
  | Network<(ClipVitNetwork | ClipResnetNetwork)["params"] & { readonly text: ClipTextParams }>;

/** Fresh towers as `initClipVit` or `initClipResnet`, and `initClipText` make them. */
export function initClip(spec: Clip, streams: Streams | null): ClipNetwork {
  const tower = towerOf(spec);
  const image = "blocks" in tower ? initClipResnet(tower, streams) : initClipVit(tower, streams);
  const text = textTowerOf(spec);
  if (text === null) return image;
  const { params } = initClipText(text, streams === null ? null : (name) => streams(`text.${name}`));
  return { params: { ...image.params, text: params }, buffers: image.buffers };
}

/**
 * Features of images in the space that they share with texts, not of unit length, and behind them those of their
 * captions where there is a text tower; RN50 gives its third stage's map beside them. [B, H, W, 3] and [B, T] → [B, F].
 *
 * @throws {TypeError} when the images have not the size that the tower is for, or captions are missing
 */
export function clipFeatures(
  spec: Clip,
  network: ClipNetwork,
  { tokens = null, ...at }: { readonly images: Tensor4D; readonly tokens?: Tensor2D | null; readonly pass: Pass },
): Features {
  const tower = towerOf(spec);
  const text = textTowerOf(spec);
  const look = (): Features => {
    if ("blocks" in tower) return clipResnetFeatures(tower, network as ClipResnetNetwork, at);
    return clipVitFeatures(tower, network as ClipVitNetwork, at);
  };
  if (text === null) return look();
  if (tokens === null) {
    throw new TypeError("Cannot see images: the text tower of clip() reads captions, and none are given");
  }
  return tidy(() => {
    const { pooled, ...rest } = look();
    const own = { params: (network.params as { text: ClipTextParams }).text, buffers: {} } satisfies ClipTextNetwork;
    return { ...rest, pooled: concat([pooled, clipTextFeatures(text, own, tokens)], 1) as Tensor2D };
  });
}

/** F, the number of features. */
export function clipWidth(spec: Clip): number {
  const tower = towerOf(spec);
  return (tower.projection ?? tower.width) + (textTowerOf(spec)?.projection ?? 0);
}

/** What the text tower takes of captions; null without one. */
export function clipCaptions(spec: Clip): Captions | null {
  const text = textTowerOf(spec);
  if (text === null) return null;
  const texts = spec.variant === "pocket" ? "pocket" : "published";
  return { length: text.context, vocabulary: text.vocabulary, missing: spec.captions, texts };
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

/** How images are normalised: as the part says, or as the weights were trained, without weights as OpenAI's were. */
export function clipView({ weights, pixels }: Clip): View {
  if (pixels === "imagenet") return imagenetView;
  if (weights === null) return openaiView;
  const { mean, std } = weightsOf(weights);
  return { mean, std };
}

/**
 * As `clipVitStages` and `clipResnetStages` have them; with the last of them the last of `clipTextStages`, and so on, what
 * is left of these with the first.
 */
export function clipStages(spec: Clip): string[][] {
  const tower = towerOf(spec);
  const stages = "blocks" in tower ? clipResnetStages() : clipVitStages(tower);
  const text = textTowerOf(spec);
  if (text === null) return stages;
  for (const [i, names] of clipTextStages(text).reverse().entries()) {
    stages[Math.max(0, stages.length - 1 - i)].push(...names.map((name) => `text.${name}`));
  }
  return stages;
}

/** Nothing of a tower is left to chance while it learns. */
export function clipDraws(): DrawShapes {
  return {};
}

function towerOf({ variant, sizes, activation }: Clip): ClipVit | ClipResnet {
  if (variant !== null && isResnet(variant)) return resnets[variant];
  return { ...(variant === null ? sizes! : vits[variant]), activation: activation ?? "quickGelu" };
}

function textTowerOf({ variant, sizes, activation, towers, text }: Clip): ClipText | null {
  if (towers === null) return null;
  if (variant !== null) return { ...clipTexts[variant], activation: activation ?? "quickGelu" };
  const { context } = clipTexts["ViT-B/32"];
  return {
    ...text!,
    ...{ context, projection: sizes!.projection!, end: text!.vocabulary - 1, activation: activation ?? "quickGelu" },
  };
}

function isResnet(variant: ClipVariant): variant is keyof typeof resnets {
  return Object.hasOwn(resnets, variant);
}

function check(spec: Clip): void {
  const { variant, sizes, activation, weights, pixels } = spec;
  if (pixels !== null) checkChoice("clip.pixels", pixels, ["imagenet"]);
  if ((variant === null) === (sizes === null)) {
    refuse(`variant ${show(variant)} and sizes ${show(sizes)}, expected one of them`);
  }
  if (variant !== null) checkChoice("clip.variant", variant, [...Object.keys(vits), ...Object.keys(resnets)]);
  if (sizes !== null) checkSizes(sizes);
  checkTowers(spec);
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

const count = scalar(
  "a whole number ≥ 1",
  (value): value is number => Number.isSafeInteger(value) && value as number > 0,
);
const counted = { read: count };

/** Refuses towers that are none, and what belongs to a text tower where there is no such tower. */
function checkTowers({ sizes, towers, text, captions }: Clip): void {
  if (towers !== null && (!Array.isArray(towers) || `${towers}` !== "image,text")) {
    refuse(`towers ${show(towers)}, expected ["image", "text"], or null for the image's alone`);
  }
  if (captions !== null) checkChoice("clip.captions", captions, ["empty"]);
  if (captions !== null && towers === null) {
    refuse(`captions "${captions}" without a text tower, expected null, or towers: ["image", "text"]`);
  }
  const wanted = towers !== null && sizes !== null;
  if (wanted !== (text !== null)) {
    refuse(
      wanted
        ? "sizes with a text tower and text null, expected the sizes of that as well"
        : "text without sizes or without a text tower, expected null",
    );
  }
  if (text === null) return;
  fields<ClipTextSizes>({ width: counted, layers: counted, heads: counted, hidden: counted, vocabulary: counted })(
    text,
    "clip.text",
  );
  if (text.width % text.heads !== 0) {
    refuse(`text of width ${text.width} and heads ${text.heads}, expected a multiple`);
  }
  if (sizes!.projection === null) {
    refuse("sizes of projection null with a text tower, expected the width of the space that images and texts share");
  }
}

function checkSizes(sizes: ClipSizes): void {
  fields<ClipSizes>({
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
