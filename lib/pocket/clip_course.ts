/**
 * The pocket world's CLIP and how it learns: photographs and captions of one pair are drawn together, those of different
 * pairs apart.
 *
 * Source: Learning Transferable Visual Models From Natural Language Supervision (Radford et al. 2021), figure 3 for the
 * loss, table 18 for Adam's numbers and the largest temperature.
 */
// B pairs · F features · T numbers of a caption
import {
  add,
  clipByValue,
  div,
  exp,
  logSoftmax,
  mul,
  neg,
  type Scalar,
  scalar,
  slice,
  sub,
  sum,
  type Tensor,
  tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
  transpose,
} from "../engine/ops.ts";
import { disposeTree, mapTree, type Tree } from "../engine/tree.ts";
import type { Image } from "../image/decode.ts";
import { fillNormalised } from "../image/normalise.ts";
import { distinctPairs, similarities, unitRows } from "../losses/pairs.ts";
import { clipFeatures, type ClipNetwork, initClip } from "../models/clip.ts";
import { clip } from "../models/mod.ts";
import { openaiView } from "../models/weights.ts";
import { learning } from "../nn/pass.ts";
import { type AdamState, adamW, initAdam, updateAdamW } from "../optimizers/adamw.ts";
import { slopeOf } from "../optimizers/slope.ts";
import { stepBy } from "../optimizers/step.ts";
import { random } from "../random.ts";
import { cosine, cosineRate } from "../schedules/cosine.ts";
import type { Tokenizer } from "../tokenizer/mod.ts";
import type { LossValue } from "../types.ts";
import { drawCrops } from "./crops.ts";

/** Everything that decides the weights, beside photographs and captions. */
export interface ClipCourse {
  readonly seed: number;
  readonly steps: number;
  /** Pairs a step, each of another photograph. */
  readonly batch: number;
  /** Side of a crop, pixels. */
  readonly crop: number;
  /** Largest learning rate of AdamW; it rises over a twentieth of the steps and falls along a cosine. */
  readonly rate: number;
  /** Weight decay, of matrices alone. */
  readonly decay: number;
  /** What captions are put into, "[CLS]" standing for what a photograph shows; one is drawn for each pair. */
  readonly templates: readonly string[];
}

/** The course of the shipped weights. */
export const clipCourse: ClipCourse = {
  ...{ seed: 1, steps: 1000, batch: 32, crop: 64, rate: 2e-3, decay: 0.2 },
  templates: ["a photograph of [CLS]", "a photo of [CLS]", "[CLS]"],
};

/** The part that is trained. */
export const pocketTowers = clip({ variant: "pocket", towers: ["image", "text"] });

/** Numbers of a caption: the length of its longest text. */
export const pocketTextLength = 32;

/** A photograph and what is said of it. */
export interface Pair {
  readonly image: Image;
  readonly caption: string;
}

type Params = { readonly towers: ClipNetwork["params"]; readonly logit_scale: Tensor };

/** Networks in training. */
export type ClipState = {
  readonly params: Params;
  readonly buffers: Tree;
  readonly adam: AdamState<Params>;
};

const adam = adamW({ decay: 0, beta2: 0.98, epsilon: 1e-6, spareVectors: true });

/** Scales of cosines, as powers of e: where it begins, 1 / 0.07, and where it is held, 100. */
const scales = { first: Math.log(1 / 0.07), most: Math.log(100) };

/** Towers before their first step. */
export function initClipState({ seed }: Pick<ClipCourse, "seed">): ClipState {
  const { params, buffers } = initClip(pocketTowers, (name) => random(seed, "clip", name));
  const all = { towers: params, logit_scale: scalar(scales.first) };
  return { params: all, buffers, adam: initAdam(adam, all) };
}

/**
 * One step; consumes `state`.
 *
 * @param step counted from 1
 * @returns the state after it, and the loss before it
 */
export function stepClip(
  course: ClipCourse,
  state: ClipState,
  { pairs, tokenizer, step }: { readonly pairs: readonly Pair[]; readonly tokenizer: Tokenizer; readonly step: number },
): { readonly state: ClipState; readonly loss: number } {
  const { images, tokens } = drawPairs(course, { pairs, tokenizer, step });
  const slope = slopeOf<Params>((params) => {
    const pass = learning({ learns: () => true, draws: {} });
    const network = { params: params.towers, buffers: state.buffers } as ClipNetwork;
    const { pooled } = clipFeatures(pocketTowers, network, { images, tokens, pass });
    const total = clipLoss(unitFeatures(pooled), params.logit_scale);
    return { value: { total, terms: {} } satisfies LossValue, buffers: mapTree(state.buffers, pass.moved) };
  });
  const at = { params: state.params, state: state.adam, rate: rateAt(course, step), step };
  const { params, state: adamAfter, value, buffers } = stepBy(updateAdamW<Params>, {
    spec: { ...adam, decay: course.decay },
    slope,
    at,
  });
  const loss = value.total.dataSync()[0];
  disposeTree([state.buffers, images, tokens, value.total]);
  const held = tidy(() => clipByValue(params.logit_scale, 0, scales.most));
  params.logit_scale.dispose();
  return { state: { params: { ...params, logit_scale: held }, buffers, adam: adamAfter }, loss };
}

/** Features of pictures and captions, each of unit length: [B, 2F] → [B, F] each, which the caller owns. */
export function unitFeatures(pooled: Tensor2D): { readonly image: Tensor2D; readonly text: Tensor2D } {
  return tidy(() => {
    const [rows, both] = pooled.shape;
    const half = (from: number) => unitRows(slice(pooled, [0, from], [rows, both / 2]) as Tensor2D);
    return { image: half(0), text: half(both / 2) };
  });
}

/**
 * The mean of two cross-entropies: which caption a picture has, and which picture a caption.
 *
 * @param features unit rows; those of one place belong together
 * @param logit_scale logarithm of the factor of cosines
 */
export function clipLoss({ image, text }: ReturnType<typeof unitFeatures>, logit_scale: Tensor): Scalar {
  return tidy(() => {
    const logits_BB: Tensor2D = mul(similarities(image, text), exp(logit_scale));
    const rows = logits_BB.shape[0];
    const own_BB = sub(1, distinctPairs(rows));
    const entropy = (logits: Tensor2D) => neg(div(sum(mul(logSoftmax(logits), own_BB)), rows));
    return mul(add(entropy(logits_BB), entropy(transpose(logits_BB))), 0.5) as Scalar;
  });
}

/** Pictures and captions of a step: of each photograph at most one crop. */
function drawPairs(
  { seed, batch, crop, templates }: ClipCourse,
  { pairs, tokenizer, step }: { readonly pairs: readonly Pair[]; readonly tokenizer: Tokenizer; readonly step: number },
): { readonly images: Tensor4D; readonly tokens: Tensor2D } {
  const draw = random(seed, "clip", "pairs", step);
  const chosen = Array.from(draw.permutation(pairs.length).subarray(0, batch), (i) => pairs[i]);
  const crops = chosen.flatMap(({ image }) => drawCrops([image], { count: 1, size: crop }, draw));
  const texts = chosen.map(({ caption }) => {
    const template = templates[draw.integer(templates.length)];
    return template.replace("[CLS]", subjectOf(caption));
  });
  return { images: picturesOf(crops), tokens: tokensOf(texts, tokenizer) };
}

/** What a caption says that a photograph shows. */
export function subjectOf(caption: string): string {
  return caption.replace(/^a photograph of /, "");
}

/** Pictures as the tower takes them: [B, H, W, 3], which the caller owns. */
export function picturesOf(images: readonly Image[]): Tensor4D {
  const { width, height } = images[0];
  const size = width * height * 3;
  const values = new Float32Array(images.length * size);
  for (const [i, { data }] of images.entries()) {
    fillNormalised(values.subarray(i * size, (i + 1) * size), data, openaiView);
  }
  return tensor(values, [images.length, height, width, 3]);
}

/** Texts as the tower takes them: [B, T], which the caller owns. */
export function tokensOf(texts: readonly string[], tokenizer: Tokenizer): Tensor2D {
  const rows = texts.map((text) => tokenizer.encode(text, { length: pocketTextLength }));
  return tensor(Int32Array.from(rows.flatMap((row) => [...row])), [rows.length, pocketTextLength], "int32");
}

function rateAt({ rate, steps }: Pick<ClipCourse, "rate" | "steps">, step: number): number {
  const warmup = Math.ceil(steps / 20);
  const curve = cosine({ period: steps - warmup, floor: rate / 100, warmup, every: "step" });
  return cosineRate(curve, rate, { epoch: Math.min(step, steps) });
}
