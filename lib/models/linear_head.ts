// B samples · H, W places of a map · F features of the backbone · D embedding width · K classes
import { checkChoice, checkFlag, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { gelu, mean, reshape, type Tensor, type Tensor2D, type Tensor4D, tidy } from "../engine/ops.ts";
import { dropout } from "../nn/dropout.ts";
import { type Draw, type Streams, truncatedNormal, zeros } from "../nn/initial.ts";
import { applyLinear, initLinear, type LinearParams } from "../nn/linear.ts";
import type { Pass } from "../nn/pass.ts";
import type { Outputs } from "../types.ts";
import type { DrawShapes, Network } from "./network.ts";

/** A linear classifier on the features, with or without a linear embedding between. */
export interface LinearHead extends Part<"linear"> {
  /** K: 1 gives the log-odds of fake (binary cross-entropy), 2 logits of real and fake (cross-entropy). */
  readonly classes: 1 | 2;
  /** D, the width of the embedding that the metric losses see; null takes the features themselves. */
  readonly embedding: number | null;
  /** What stands between embedding and classifier. DRCT has nothing there. */
  readonly activation: "gelu" | null;
  /** Share of the classifier's inputs that training leaves out of each sample, 0 ≤ dropout < 1; null: none. */
  readonly dropout: number | null;
  /**
   * Whether the classifier judges every place of the backbone's last map, and an image by the mean of their logits;
   * null: it judges the image's features. Dropout leaves out the same inputs at every place.
   */
  readonly places: boolean | null;
}

/** Defines a linear head. */
export const linear: Maker<LinearHead> = part("linear", {
  classes: 1,
  embedding: null,
  activation: null,
  dropout: null,
  places: null,
}, {
  check({ classes, embedding, activation, dropout, places }) {
    checkNumber("linear.classes", classes, { from: 1, to: 2, integer: true });
    if (embedding !== null) checkNumber("linear.embedding", embedding, { from: 1, integer: true });
    if (activation !== null) checkChoice("linear.activation", activation, ["gelu"]);
    if (dropout !== null) checkNumber("linear.dropout", dropout, { from: 0, below: 1 });
    if (places !== null) checkFlag("linear.places", places);
    if (activation !== null && embedding === null) {
      throw new RangeError(
        `Cannot define linear: activation "${activation}" without an embedding, expected a width for embedding`,
      );
    }
  },
});

/** Parameters; `fc` is timm's name of the classifier. */
export type LinearHeadParams = { readonly embedding?: LinearParams; readonly fc: LinearParams };

/** A linear head has no batch norm. */
type Linear = Network<LinearHeadParams, Record<string, never>>;

/**
 * A fresh head, started as timm starts its own: normal with standard deviation .02, biases 0.
 *
 * @param width F
 * @param streams null makes all zeros, a template for a checkpoint
 */
export function initLinearHead(
  spec: LinearHead,
  { width, streams }: { width: number; streams: Streams | null },
): Linear {
  const draw = (name: string): Draw => streams === null ? zeros : truncatedNormal(streams(name));
  const fc = initLinear({ inputs: spec.embedding ?? width, outputs: spec.classes }, draw("fc"));
  if (spec.embedding === null) return { params: { fc }, buffers: {} };
  return {
    params: { embedding: initLinear({ inputs: width, outputs: spec.embedding }, draw("embedding")), fc },
    buffers: {},
  };
}

/**
 * [B, F] → embedding [B, D] and logits [B, K]; with `places` [B, H, W, F] → [B, H, W, K] beside them. The embedding is
 * taken before activation and dropout. Without an embedding layer it is a copy of `features`, so that the caller owns
 * all that is returned.
 *
 * @throws {TypeError} when the head judges places and is given none
 */
export function applyLinearHead(
  spec: LinearHead,
  { params }: Linear,
  { features, places, pass }: { readonly features: Tensor2D; readonly places?: Tensor4D; readonly pass: Pass },
): Outputs {
  const embed = (x: Tensor): Tensor => params.embedding === undefined ? x.clone() : applyLinear(params.embedding, x);
  const classify = (embedded: Tensor, uniform: Tensor | null): Tensor => {
    const active = spec.activation === "gelu" ? gelu(embedded) : embedded;
    return applyLinear(params.fc, dropout(active, { rate: spec.dropout ?? 0, uniform }));
  };
  return tidy(() => {
    const embedding = embed(features) as Tensor2D;
    const uniform_BD = pass.draw(dropName);
    if (spec.places !== true) return { embedding, logits: classify(embedding, uniform_BD) as Tensor2D };
    if (places === undefined) {
      throw new TypeError("Cannot judge places: the backbone gives none, expected one whose features are a map's mean");
    }
    const uniform = uniform_BD === null ? null : reshape(uniform_BD, [embedding.shape[0], 1, 1, embedding.shape[1]]);
    const logits_BHWK = classify(embed(places), uniform) as Tensor4D;
    return { embedding, logits: mean(logits_BHWK, [1, 2]) as Tensor2D, places: logits_BHWK };
  });
}

const dropName = "dropout";

/** One number for each input of the classifier, where training leaves some out. */
export function linearHeadDraws(spec: LinearHead, { width, rows }: { width: number; rows: number }): DrawShapes {
  return spec.dropout === null ? {} : { [dropName]: [rows, spec.embedding ?? width] };
}
