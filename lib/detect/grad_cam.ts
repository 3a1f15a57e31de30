/** Where in an image a network found what it says, as a small map. */
// B images (one) · H, W height and width of images · h, w those of maps · C channels · K classes · N squares
import type { ReadCaptions } from "../data/captions.ts";
import { valueAndGradient } from "../engine/gradient.ts";
import {
  add,
  clone,
  keep,
  mean,
  mul,
  relu,
  reshape,
  type Scalar,
  slice,
  sub,
  sum,
  tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
  zeros,
} from "../engine/ops.ts";
import { disposeTree } from "../engine/tree.ts";
import { forwardModel, type Model, type ModelNetwork, type Pictures } from "../models/model.ts";
import { judging } from "../nn/pass.ts";
import type { Label } from "../types.ts";

/** What speaks for a verdict, by place. */
export interface Heat {
  /** height · width values 0…1, row by row. */
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** What is explained. */
export interface Explained {
  readonly model: Model;
  readonly network: ModelNetwork;
  /** One image [1, H, W, 3]. */
  readonly images: Tensor4D;
  /** The verdict whose reasons are asked for. */
  readonly verdict: Label;
  /** Reads the empty text for a network that reads captions; null or left out: it reads none. */
  readonly captions?: ReadCaptions | null;
}

/**
 * Grad-CAM: the last map of a convolutional network, its channels weighted by how much the verdict's log-odds grow with
 * them, negative sums left out.
 *
 * @returns null when the network has no last map, as a vision transformer
 *
 * Source: Selvaraju et al. 2017, equations 1 and 2.
 */
export async function gradCam({ model, network, images, verdict, captions }: Explained): Promise<Heat | null> {
  const shape = lastMapShape({ model, network, images, captions });
  if (shape === null) return null;
  const nudge = zeros(shape);
  let map_BhwC: Tensor4D | null = null;
  try {
    // the gradient by what is added to the map is the one by the map
    const { value, gradient } = valueAndGradient<Tensor4D, Record<string, never>>((added) => {
      const lastMap = (map: Tensor4D) => {
        map_BhwC = keep(clone(map));
        return add(map, added) as Tensor4D;
      };
      const { logits } = forwardModel(model, network, {
        ...pictures(images, captions),
        pass: { ...judging, lastMap },
      });
      return { value: sum(logOdds(logits, verdict)) as Scalar, aux: {} };
    }, nudge as Tensor4D);
    value.dispose();
    const heat = tidy(() => {
      const weights = mean(gradient, [1, 2], true);
      gradient.dispose();
      return relu(sum(mul(map_BhwC!, weights), 3));
    });
    try {
      return normalised(await heat.data() as Float32Array, { height: shape[1], width: shape[2] });
    } finally {
      heat.dispose();
    }
  } finally {
    disposeTree(map_BhwC === null ? [nudge] : [nudge, map_BhwC]);
  }
}

/** Images as a model looks at them, beside the empty text where it reads captions; to be called inside of `tidy`. */
function pictures(images: Tensor4D, captions: ReadCaptions | null = null): Pictures {
  return captions === null ? { images } : { images, tokens: captions([], images.shape[0]) };
}

/** The shape of the last map, null without one. */
function lastMapShape(
  { model, network, images, captions }: Omit<Explained, "verdict">,
): [number, number, number, number] | null {
  let shape: [number, number, number, number] | null = null;
  const lastMap = (map: Tensor4D) => {
    shape = map.shape;
    return map;
  };
  tidy(() => {
    forwardModel(model, network, { ...pictures(images, captions), pass: { ...judging, lastMap } });
  });
  return shape;
}

/** Log-odds of a verdict: [B, K] → [B, 1]. */
function logOdds(logits_BK: Tensor2D, verdict: Label): Tensor2D {
  return tidy(() => {
    const [rows, classes] = logits_BK.shape;
    const column = (at: number) => slice(logits_BK, [0, at], [rows, 1]);
    const fake = classes === 1 ? logits_BK : sub(column(1), column(0));
    return mul(fake, verdict === "fake" ? 1 : -1) as Tensor2D;
  });
}

/** Squares along a side that are covered in turn. */
export const SQUARES = 8;

/** Covered images that are looked at in one pass. */
const PASS = 16;

/**
 * For networks without a last map: how much the verdict's log-odds fall when a square of the image is covered with its
 * mean colour, each of 8 × 8 in turn, rises left out. It takes 65 passes where {@linkcode gradCam} takes two.
 *
 * Source: Zeiler and Fergus 2014, section 4.2.
 */
export async function occlusion({ model, network, images, verdict, captions }: Explained): Promise<Heat> {
  const [, height, width] = images.shape;
  const masks = Array.from({ length: SQUARES ** 2 }, (_, i) => maskOf(i, { height, width }));
  const said = async (covers: readonly Float32Array[]): Promise<Float32Array> => {
    const odds = tidy(() => {
      const cover_N = tensor(joined(covers), [covers.length, height, width, 1]);
      const colour = mean(images, [1, 2], true);
      const shown = add(images, mul(sub(colour, images), cover_N)) as Tensor4D;
      const { logits } = forwardModel(model, network, pictures(shown, captions));
      return reshape(logOdds(logits, verdict), [covers.length]);
    });
    try {
      return await odds.data() as Float32Array;
    } finally {
      odds.dispose();
    }
  };
  const [whole] = await said([new Float32Array(height * width)]);
  const falls = new Float32Array(masks.length);
  for (let from = 0; from < masks.length; from += PASS) {
    const odds = await said(masks.slice(from, from + PASS));
    for (const [i, value] of odds.entries()) falls[from + i] = Math.max(0, whole - value);
  }
  return normalised(falls, { width: SQUARES, height: SQUARES });
}

/** 1 inside a square, 0 elsewhere. */
function maskOf(square: number, { height, width }: { readonly height: number; readonly width: number }): Float32Array {
  const mask = new Float32Array(height * width);
  const [row, column] = [Math.floor(square / SQUARES), square % SQUARES];
  const edge = (i: number, length: number) => Math.round(i * length / SQUARES);
  for (let y = edge(row, height); y < edge(row + 1, height); y++) {
    mask.fill(1, y * width + edge(column, width), y * width + edge(column + 1, width));
  }
  return mask;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Values divided by their largest; all 0 where none is above 0. */
export function normalised(values: ArrayLike<number>, size: Pick<Heat, "width" | "height">): Heat {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]);
  return { ...size, values: Float32Array.from(values, (value) => largest > 0 ? Math.max(0, value) / largest : 0) };
}
