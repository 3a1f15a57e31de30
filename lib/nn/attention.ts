// B samples · S queries · T tokens · D width · H heads · E = D / H width of a head
import {
  add,
  mul,
  product,
  reshape,
  slice,
  softmax,
  type Tensor,
  tensor,
  type Tensor3D,
  tidy,
  transpose,
} from "../engine/ops.ts";
import type { Draw } from "./initial.ts";
import { applyLinear, initLinear, type LinearParams } from "./linear.ts";

/** Weights of self-attention, each [D, D], under transformers' names. */
export type AttentionParams = {
  readonly k_proj: LinearParams;
  readonly v_proj: LinearParams;
  readonly q_proj: LinearParams;
  readonly out_proj: LinearParams;
};

/** Fresh weights; biases are zero. `draw` makes the weight of each name. */
export function initAttention(width: number, draw: (name: keyof AttentionParams) => Draw): AttentionParams {
  const square = (name: keyof AttentionParams) => initLinear({ inputs: width, outputs: width }, draw(name));
  return {
    k_proj: square("k_proj"),
    v_proj: square("v_proj"),
    q_proj: square("q_proj"),
    out_proj: square("out_proj"),
  };
}

/** How tokens look at one another. */
export interface AttentionOptions {
  /** H; divides D. */
  readonly heads: number;
  /** Whether a token sees none behind it, as in a text that is read from its start; by default it sees all. */
  readonly causal?: boolean;
  /** S: only the first tokens ask, and only they are returned; by default all. */
  readonly queries?: number;
}

/**
 * Self-attention: every token asks all others. [B, T, D] → [B, S, D].
 *
 * Source: Attention Is All You Need (Vaswani et al. 2017), section 3.2.
 */
export function applyAttention(
  params: AttentionParams,
  x_BTD: Tensor3D,
  { heads, causal = false, queries }: AttentionOptions,
): Tensor3D {
  return tidy(() => {
    const asking_BSD = queries === undefined ? x_BTD : firstTokens(x_BTD, queries);
    const seen_BSD = attend({
      query: applyLinear(params.q_proj, asking_BSD) as Tensor3D,
      key: applyLinear(params.k_proj, x_BTD) as Tensor3D,
      value: applyLinear(params.v_proj, x_BTD) as Tensor3D,
    }, { heads, causal });
    return applyLinear(params.out_proj, seen_BSD) as Tensor3D;
  });
}

/**
 * What queries gather of values, each head from its own part of D: softmax(q · kᵀ / √E) · v.
 *
 * @param given `query` [B, S, D], `key` and `value` [B, T, D]
 * @param options `causal`: the query at place i sees keys up to place i
 * @returns [B, S, D], the heads side by side
 */
export function attend(
  { query, key, value }: { readonly query: Tensor3D; readonly key: Tensor3D; readonly value: Tensor3D },
  { heads, causal = false }: { readonly heads: number; readonly causal?: boolean },
): Tensor3D {
  return tidy(() => {
    const [batch, queries, width] = query.shape;
    // the scale on the queries, which are fewer than the scores wherever there are more tokens than E
    const q_BHSE = perHead(mul(query, (width / heads) ** -0.5), heads);
    const scores_BHST = product(q_BHSE, perHead(key, heads), false, true);
    const seen_BHST = causal ? add(scores_BHST, mask(queries, key.shape[1])) : scores_BHST;
    const found_BHSE = product(softmax(seen_BHST), perHead(value, heads));
    return reshape(transpose(found_BHSE, [0, 2, 1, 3]), [batch, queries, width]);
  });
}

/** The first tokens of each sample: [B, T, D] → [B, S, D]. */
export function firstTokens(x_BTD: Tensor3D, count: number): Tensor3D {
  const [batch, , width] = x_BTD.shape;
  return slice(x_BTD, [0, 0, 0], [batch, count, width]);
}

/** [B, T, D] → [B, H, T, E] */
function perHead(x_BTD: Tensor3D, heads: number): Tensor {
  const [batch, tokens, width] = x_BTD.shape;
  return transpose(reshape(x_BTD, [batch, tokens, heads, width / heads]), [0, 2, 1, 3]);
}

/** 0 where query i may see key j, j ≤ i, and elsewhere so little that softmax makes 0 of it. [S, T] */
function mask(queries: number, keys: number): Tensor {
  const hidden = (i: number) => i % keys > Math.floor(i / keys);
  return tensor(Float32Array.from({ length: queries * keys }, (_, i) => hidden(i) ? -1e9 : 0), [queries, keys]);
}
