// B samples · H, W height and width · C channels · T tokens · D width of a token
import { add, reshape, type Tensor3D, type Tensor4D, tidy } from "../engine/ops.ts";
import { attend } from "../nn/attention.ts";
import { zeros } from "../nn/initial.ts";
import { applyLinear, initLinear, type LinearParams } from "../nn/linear.ts";
import { applyNorm, initNorm, type NormParams } from "../nn/norm.ts";
import type { Weights } from "./networks.ts";

/** Weights by which the places of a map look at a text. */
export type TextAttentionParams = {
  readonly norm: NormParams;
  readonly q_proj: LinearParams;
  /** [C, D] */
  readonly k_proj: LinearParams;
  /** [C, D] */
  readonly v_proj: LinearParams;
  readonly out_proj: LinearParams;
};

/** Heads of the attention; C is a multiple. */
export const textHeads = 4;

/** Fresh weights; what leaves is zero, so that a network begins as one that reads nothing. */
export function initTextAttention(
  { channels, width }: { readonly channels: number; readonly width: number },
  weights: Weights,
): TextAttentionParams {
  const dense = (name: string, inputs: number) =>
    initLinear({ inputs, outputs: channels }, weights(`text.${name}`, inputs));
  return {
    norm: initNorm(channels),
    q_proj: dense("q_proj", channels),
    k_proj: dense("k_proj", width),
    v_proj: dense("v_proj", width),
    out_proj: initLinear({ inputs: channels, outputs: channels }, zeros),
  };
}

/** A map with what its places find in a text: [B, H, W, C] and [B, T, D] → [B, H, W, C]. */
export function applyTextAttention(p: TextAttentionParams, x_BHWC: Tensor4D, states_BTD: Tensor3D): Tensor4D {
  return tidy(() => {
    const [batch, height, width, channels] = x_BHWC.shape;
    const places = reshape(applyNorm(p.norm, x_BHWC), [batch, height * width, channels]) as Tensor3D;
    const found = attend({
      query: applyLinear(p.q_proj, places) as Tensor3D,
      key: applyLinear(p.k_proj, states_BTD) as Tensor3D,
      value: applyLinear(p.v_proj, states_BTD) as Tensor3D,
    }, { heads: textHeads });
    return add(x_BHWC, reshape(applyLinear(p.out_proj, found), x_BHWC.shape)) as Tensor4D;
  });
}
