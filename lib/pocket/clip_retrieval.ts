/** How well the pocket world's CLIP finds the caption of a picture, and a picture for a caption. */
// B samples · F features
import { type Tensor2D, tidy } from "../engine/ops.ts";
import { disposeTree } from "../engine/tree.ts";
import type { Image } from "../image/decode.ts";
import { clipFeatures, type ClipNetwork } from "../models/clip.ts";
import { judging } from "../nn/pass.ts";
import type { Tokenizer } from "../tokenizer/mod.ts";
import { picturesOf, pocketTowers, tokensOf, unitFeatures } from "./clip_course.ts";

/** Shares of 0…1. */
export interface Retrieval {
  /** Captions that a picture is asked for; its own by chance: one of so many. */
  readonly captions: number;
  readonly pictures: number;
  /** Pictures whose nearest caption is their own: the mean over captions, each of which counts alike. */
  readonly captionOfPicture: number;
  /** The same with the caption among the nearest five. */
  readonly amongFive: number;
  /** Captions whose nearest picture is one of theirs. */
  readonly pictureOfCaption: number;
}

/** Pictures looked at together. */
const BATCH = 32;

/**
 * Retrieval among some pictures and the captions of these.
 *
 * @param pictures each with its caption; several may have the same
 */
export function retrieval(
  network: ClipNetwork,
  pictures: readonly { readonly image: Image; readonly caption: string }[],
  tokenizer: Tokenizer,
): Retrieval {
  const captions = [...new Set(pictures.map(({ caption }) => caption))];
  const own = pictures.map(({ caption }) => captions.indexOf(caption));
  // a batch has as many texts as pictures; what is not asked for is filled up with any
  const any = pictures[0].image;
  const texts = unitRowsOf(network, { tokenizer, rows: captions.map((caption) => ({ caption, image: any })) }, "text");
  const images = unitRowsOf(network, { tokenizer, rows: pictures }, "image");
  const near = images.map((image) => texts.map((text) => dot(image, text)));
  const rank = near.map((row, i) => row.filter((value) => value > row[own[i]]).length);
  const share = (within: number) => {
    const right = captions.map((_, c) => {
      const ranks = rank.filter((_, i) => own[i] === c);
      return ranks.filter((place) => place < within).length / ranks.length;
    });
    return right.reduce((sum, one) => sum + one, 0) / captions.length;
  };
  const found = captions.filter((_, c) => {
    const column = near.map((row) => row[c]);
    return own[column.indexOf(Math.max(...column))] === c;
  });
  return {
    captions: captions.length,
    pictures: pictures.length,
    captionOfPicture: share(1),
    amongFive: share(5),
    pictureOfCaption: found.length / captions.length,
  };
}

type Rows = readonly { readonly image: Image; readonly caption: string }[];

function unitRowsOf(
  network: ClipNetwork,
  { tokenizer, rows }: { readonly tokenizer: Tokenizer; readonly rows: Rows },
  which: "image" | "text",
): Float32Array[] {
  const made: Float32Array[] = [];
  for (let from = 0; from < rows.length; from += BATCH) {
    const part = rows.slice(from, from + BATCH);
    const images = picturesOf(part.map(({ image }) => image));
    const tokens = tokensOf(part.map(({ caption }) => caption), tokenizer);
    const found: Tensor2D = tidy(() => {
      const { pooled } = clipFeatures(pocketTowers, network, { images, tokens, pass: judging });
      return unitFeatures(pooled)[which];
    });
    const [count, width] = found.shape;
    const values = found.dataSync<"float32">();
    for (let i = 0; i < count; i++) made.push(values.slice(i * width, (i + 1) * width));
    disposeTree([images, tokens, found]);
  }
  return made;
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
