/**
 * The transformer that CLIP's two towers are made of, with transformers' names of weights.
 *
 * Source: Learning Transferable Visual Models From Natural Language Supervision (Radford et al. 2021); layers norm
 * before attention and MLP (GPT-2), started as in OpenAI's code.
 */
// B samples · T tokens · S tokens that are wanted · D width
import { add, type Tensor3D, tidy } from "../engine/ops.ts";
import {
  applyAttention,
  type AttentionOptions,
  type AttentionParams,
  firstTokens,
  initAttention,
} from "../nn/attention.ts";
import { type Draw, type Streams, truncatedNormal, zeros } from "../nn/initial.ts";
import { initLinear, type LinearParams } from "../nn/linear.ts";
import { applyNormedMlp } from "../nn/mlp.ts";
import { applyNorm, initNorm, type NormParams } from "../nn/norm.ts";

/** Sizes of a stack of layers. */
export interface ClipLayers {
  /** D */
  readonly width: number;
  /** Number of layers. */
  readonly layers: number;
  /** Number of heads of each layer's attention; divides `width`. */
  readonly heads: number;
  /** Width of each layer's MLP; four times `width` in all published networks. */
  readonly hidden: number;
  /** Of the MLP: QuickGELU x · σ(1.702 x), with which OpenAI trained, or GELU, which most of open_clip's own have. */
  readonly activation: "quickGelu" | "gelu";
}

/** Parameters of one layer. */
export type ClipLayer = {
  readonly self_attn: AttentionParams;
  readonly layer_norm1: NormParams;
  readonly mlp: { readonly fc1: LinearParams; readonly fc2: LinearParams };
  readonly layer_norm2: NormParams;
};

/** What is added to variances. */
export const clipEpsilon = 1e-5;

/**
 * Fresh layers: what leaves a branch is normal with deviation 1/√(2·D·layers), so that the sum over all branches does
 * not grow with their number; what goes in 1/√D for attention and 1/√(2·D) for the MLP. Biases are 0.
 *
 * @param streams as a backbone's `init` takes them; asked for `encoder.layers.0.mlp.fc1` and so on
 */
export function initClipLayers({ width, layers, hidden }: ClipLayers, streams: Streams | null): ClipLayer[] {
  const leaving = (2 * width * layers) ** -0.5;
  return Array.from({ length: layers }, (_, i) => {
    const draw = (name: string, deviation: number) => normalOf(streams, `encoder.layers.${i}.${name}`, deviation);
    return {
      self_attn: initAttention(
        width,
        (name) => draw(`self_attn.${name}`, name === "out_proj" ? leaving : width ** -0.5),
      ),
      layer_norm1: initNorm(width),
      mlp: {
        fc1: initLinear({ inputs: width, outputs: hidden }, draw("mlp.fc1", (2 * width) ** -0.5)),
        fc2: initLinear({ inputs: hidden, outputs: width }, draw("mlp.fc2", leaving)),
      },
      layer_norm2: initNorm(width),
    };
  });
}

/** Normal values of the stream of a name; zeros without streams. */
export function normalOf(streams: Streams | null, name: string, deviation: number): Draw {
  return streams === null ? zeros : truncatedNormal(streams(name), { deviation });
}

/**
 * All layers. [B, T, D] → [B, S, D].
 *
 * @param options `causal` as in attention; `wanted`: S, how many of the first tokens are wanted of the last layer,
 * which then spares itself the others; by default all
 */
export function applyClipLayers(
  { heads, activation }: ClipLayers,
  layers: readonly ClipLayer[],
  { tokens, causal = false, wanted }: {
    readonly tokens: Tensor3D;
    readonly causal?: boolean;
    readonly wanted?: number;
  },
): Tensor3D {
  return tidy(() =>
    layers.reduce((x_BTD, layer, i) => {
      const queries = i === layers.length - 1 ? wanted : undefined;
      // each by itself: what all layers of ViT-L/14 make on their way is 6 GB for 8 images, more than wasm has
      return tidy(() => applyLayer(layer, x_BTD, { heads, activation, causal, queries }));
    }, tokens)
  );
}

function applyLayer(
  { self_attn, layer_norm1, mlp, layer_norm2 }: ClipLayer,
  x_BTD: Tensor3D,
  { activation, ...options }: AttentionOptions & Pick<ClipLayers, "activation">,
): Tensor3D {
  const from_BSD = options.queries === undefined ? x_BTD : firstTokens(x_BTD, options.queries);
  const normed_BTD = applyNorm(layer_norm1, x_BTD, clipEpsilon) as Tensor3D;
  const y_BSD = add(from_BSD, applyAttention(self_attn, normed_BTD, options));
  const branch_BSD = applyNormedMlp({ norm: layer_norm2, mlp }, y_BSD, {
    activation: activation === "gelu" ? "gelu" : "geluSigmoid",
    epsilon: clipEpsilon,
  });
  return add(y_BSD, branch_BSD as Tensor3D);
}
