/** Golden cases of CLIP: both towers and their gradients, and image towers of published sizes. */
import { valueAndGradient } from "../../lib/engine/gradient.ts";
import { storeTree } from "../../lib/engine/layout.ts";
import {
  add,
  mean,
  type Scalar,
  square,
  sum,
  type Tensor,
  tensor,
  type Tensor2D,
  type Tensor4D,
} from "../../lib/engine/ops.ts";
import type { Stored } from "../../lib/engine/safetensors.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { fromOpenAI, fromTransformers } from "../../lib/models/clip_names.ts";
import { type Clip, clip } from "../../lib/models/clip.ts";
import type { ClipLayers } from "../../lib/models/clip_layers.ts";
import { clipTextFeatures, clipTextHidden, initClipText } from "../../lib/models/clip_text.ts";
import { backboneKind } from "../../lib/models/mod.ts";
import type { Features, Network } from "../../lib/models/network.ts";
import { loadNetwork } from "../../lib/models/weights.ts";
import { judging } from "../../lib/nn/pass.ts";
import { type Computed, only, type OpenCase, shapeOf, valuesOf } from "./cases.ts";
import { formulaImage, formulaWeight } from "./formula.ts";
import { toHouse, toTorch } from "./models.ts";

/** `backbone.clip`: both towers of a small CLIP, recorded weights, outputs and some gradients. */
export async function clipCase(open: OpenCase): Promise<Computed> {
  only(open, "naming", ["transformers"]);
  only(open, "loss", ["sum(imageEmbedding²)+sum(textEmbedding²)"]);
  const { text, vision, projection } = open.config;
  const { image_size: image, patch_size: patch, hidden_act } = vision;
  const activation = hidden_act === "gelu" ? "gelu" : null;
  const { activation: _, ...sizes } = layersOf(open, vision);
  const spec = clip({ sizes: { ...sizes, image, patch, projection }, activation });
  const { vocab_size: vocabulary, max_position_embeddings: context, eos_token_id: end } = text;
  const textSpec = { ...layersOf(open, text), vocabulary, context, projection, end };
  const stored = new Map(
    [...open.tensors].flatMap(([name, values]) => name.startsWith("param.") ? [[name.slice(6), values]] : []),
  );
  const params = {
    image: load(backboneKind(spec).init(spec, null), fromTransformers(stored, "image")).params,
    text: load(initClipText(textSpec, null), fromTransformers(stored, "text")).params,
  };
  const pixels = toHouse(valuesOf(open, "in.image"), shapeOf(open, "in.image"));
  const ids: Tensor2D = tensor(
    Int32Array.from(valuesOf(open, "in.ids")),
    shapeOf(open, "in.ids") as [number, number],
    "int32",
  );
  const hidden = clipTextHidden(textSpec, { params: params.text, buffers: {} }, ids);
  const { value, gradient, aux } = valueAndGradient((leaves: typeof params & { pixels: Tensor }) => {
    const imageEmbedding = seen(spec, { params: leaves.image, buffers: {} }, leaves.pixels as Tensor4D).pooled;
    const textEmbedding = clipTextFeatures(textSpec, { params: leaves.text, buffers: {} }, ids);
    return {
      value: add<Scalar>(sum(square(imageEmbedding)), sum(square(textEmbedding))),
      aux: { imageEmbedding, textEmbedding },
    };
  }, { ...params, pixels });
  const found: Record<string, ArrayLike<number>> = {
    "out.imageEmbedding": await aux.imageEmbedding.data(),
    "out.textEmbedding": await aux.textEmbedding.data(),
    "out.textHidden": await hidden.data(),
    "grad.image": await toTorch(gradient.pixels as Tensor4D),
  };
  for (const [tower, prefix] of [["image", "vision_model"], ["text", "text_model"]] as const) {
    for (const [path, { data }] of await storeTree(gradient[tower])) {
      for (const name of [`grad.${path}`, `grad.${prefix}.${path}`]) {
        if (open.tensors.has(name)) found[name] = data as Float32Array;
      }
    }
  }
  disposeTree({ params, pixels, ids, hidden, value, gradient, ...aux });
  return found;
}

/** `backbone.clip.vision.formula`: a published image tower up to its projection, which the case leaves out. */
export async function clipVisionCase(open: OpenCase): Promise<Computed> {
  only(open, "naming", ["transformers vision_model"]);
  const { hidden: width, layers, heads, patch, image } = open.config;
  const sizes = { width, layers, heads, hidden: 4 * width, patch, image: image.shape[2], projection: null };
  const { pooled } = await formulaFeatures(open, clip({ sizes }), (stored) => stored);
  return { "out.pooled": pooled };
}

/** `backbone.clipRN50.formula`: features, and the mean of the third stage's map. */
export async function clipResnetCase(open: OpenCase): Promise<Computed> {
  only(open, "naming", ["openai visual.*"]);
  const { pooled, mapMean } = await formulaFeatures(
    open,
    clip({ variant: "RN50" }),
    (stored) => fromOpenAI(stored, "image"),
  );
  return { "out.features": pooled, "out.layer3Mean": mapMean! };
}

/** Features of the case's image, with weights from their names, and the mean of the map where there is one. */
async function formulaFeatures(
  open: OpenCase,
  spec: Clip,
  toOurs: (stored: Map<string, Stored>) => ReadonlyMap<string, Stored>,
): Promise<{ pooled: ArrayLike<number>; mapMean: ArrayLike<number> | null }> {
  const { seed, keys, image: pixels } = open.config as { seed: number; keys: Record<string, number[]>; image: never };
  const stored = Object.entries(keys).map(([name, shape]) => [name, formulaWeight(seed, name, shape)] as const);
  const network = load(backboneKind(spec).init(spec, null), toOurs(new Map(stored)));
  const image = toHouse(formulaImage(seed, pixels), (pixels as { shape: number[] }).shape);
  const { pooled, map } = seen(spec, network, image);
  const mapMean = map === undefined ? null : mean(map, [1, 2]);
  const found = { pooled: await pooled.data(), mapMean: await mapMean?.data() ?? null };
  disposeTree([network.params, network.buffers, image, pooled, ...map === undefined ? [] : [map, mapMean!]]);
  return found;
}

function seen(spec: Clip, network: Network, images: Tensor4D): Features {
  return backboneKind(spec).forward(spec, network, { images, pass: judging });
}

function layersOf(open: OpenCase, config: Record<string, unknown>): ClipLayers {
  only({ ...open, config }, "hidden_act", ["quick_gelu", "gelu"]);
  return {
    width: config.hidden_size as number,
    layers: config.num_hidden_layers as number,
    heads: config.num_attention_heads as number,
    hidden: config.intermediate_size as number,
    activation: config.hidden_act === "gelu" ? "gelu" : "quickGelu",
  };
}

/** A network of a template, which is disposed. */
function load<N extends Network>(template: N, stored: ReadonlyMap<string, Stored>): N {
  const loaded = loadNetwork(template, stored) as N;
  disposeTree([template.params, template.buffers]);
  return loaded;
}
