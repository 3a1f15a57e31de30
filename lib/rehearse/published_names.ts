/** What files of published weights hold: the house's names and shapes in the spelling of those who publish them. */
import { torchShape } from "../engine/layout.ts";
import type { StoredType } from "../engine/stored.ts";
import { disposeTree, entries } from "../engine/tree.ts";
import { clip, type ClipVariant } from "../models/clip.ts";
import { type Convnext, convnext } from "../models/convnext.ts";
import { backboneKind } from "../models/mod.ts";
import type { Backbone } from "../models/mod.ts";
import { resnet } from "../models/resnet.ts";
import { type Weights, weightsOf } from "../models/weights_table.ts";

/** One tensor of a file. */
export interface PublishedTensor {
  readonly name: string;
  /** In PyTorch's axes. */
  readonly shape: readonly number[];
  readonly dtype: StoredType;
}

/**
 * The tensors of a published file of weights, the classifier and the other half of CLIP among them, which most networks
 * here leave out.
 *
 * @throws {RangeError} when no such weights are known
 */
export function publishedTensors(name: string): PublishedTensor[] {
  const set = weightsOf(name);
  const spec = backboneOf(set);
  const own = tensorsOf(spec);
  const named = spellings[set.naming](own);
  return [...named, ...set.leaves.flatMap((start) => classifier(name, start, spec))];
}

/** The backbone that a set of weights is for, of CLIP both towers. */
function backboneOf({ fits }: Weights): Backbone {
  if (fits.kind === "convnext") return convnext({ size: fits.size as Convnext["size"] });
  if (fits.kind === "resnet") return resnet({ depth: fits.depth as 18 | 50 });
  return clip({ variant: fits.variant as ClipVariant, towers: ["image", "text"] });
}

/** Parameters and buffers side by side, as PyTorch has them. Nothing but shapes is in memory. */
function tensorsOf(spec: Backbone): PublishedTensor[] {
  const { params, buffers } = backboneKind(spec).init(spec, null);
  const all = [...entries(params), ...entries(buffers)].map(([name, { shape }]): PublishedTensor => ({
    name,
    shape: torchShape(shape),
    dtype: name.endsWith(".num_batches_tracked") ? "I64" : "F32",
  }));
  disposeTree([params, buffers]);
  return all;
}

/** From the house's names and shapes to those of the file, by naming: the other way round than `namings.ts`. */
const spellings: Readonly<Record<string, (own: readonly PublishedTensor[]) => PublishedTensor[]>> = {
  timm: (own) => own.map((tensor) => ({ ...tensor })),
  torchvision: (own) => own.map((tensor) => ({ ...tensor })),
  transformers: (own) => [
    ...own.map((tensor) => ({ ...tensor, name: toTransformers(tensor.name) })),
    { name: "logit_scale", shape: [], dtype: "F32" },
  ],
  openai: (own) => [...toOpenAI(own), { name: "logit_scale", shape: [], dtype: "F32" }],
};

const TEXT = "text.";

function toTransformers(name: string): string {
  const [prefix, bare] = name.startsWith(TEXT) ? ["text_model.", name.slice(TEXT.length)] : ["vision_model.", name];
  return /^(visual|text)_projection\./.test(bare) ? bare : `${prefix}${bare}`;
}

/** Names outside of the layers, as open_clip has them; those of the image tower stand behind "visual.". */
const outside: readonly (readonly [own: string, published: string])[] = [
  ["embeddings.class_embedding", "class_embedding"],
  ["embeddings.position_embedding.weight", "positional_embedding"],
  ["embeddings.patch_embedding.weight", "conv1.weight"],
  ["embeddings.token_embedding.weight", "token_embedding.weight"],
  ["pre_layrnorm.", "ln_pre."],
  ["post_layernorm.", "ln_post."],
  ["final_layer_norm.", "ln_final."],
];

const inside: readonly (readonly [own: string, published: string])[] = [
  ["self_attn.out_proj.", "attn.out_proj."],
  ["layer_norm1.", "ln_1."],
  ["layer_norm2.", "ln_2."],
  ["mlp.fc1.", "mlp.c_fc."],
  ["mlp.fc2.", "mlp.c_proj."],
];

/** Query, key and value are one tensor in these files, and projections stand turned. A ResNet keeps its names. */
function toOpenAI(own: readonly PublishedTensor[]): PublishedTensor[] {
  return own.flatMap((tensor): PublishedTensor[] => {
    const isText = tensor.name.startsWith(TEXT);
    const [prefix, bare] = isText ? ["", tensor.name.slice(TEXT.length)] : ["visual.", tensor.name];
    const { shape, dtype } = tensor;
    if (/^(visual|text)_projection\.weight$/.test(bare)) {
      return [{ name: isText ? "text_projection" : "visual.proj", shape: shape.toReversed(), dtype }];
    }
    const [, layer, part] = /^encoder\.layers\.(\d+)\.(.+)$/.exec(bare) ?? [];
    if (part === undefined) return [{ ...tensor, name: `${prefix}${respelt(bare, outside)}` }];
    const block = `${prefix}transformer.resblocks.${layer}.`;
    const [, projection, kind] = /^self_attn\.([qkv])_proj\.(weight|bias)$/.exec(part) ?? [];
    if (projection === undefined) return [{ ...tensor, name: `${block}${respelt(part, inside)}` }];
    if (projection !== "q") return []; // with the query's
    const [rows, ...rest] = shape;
    return [{ name: `${block}attn.in_proj_${kind}`, shape: [3 * rows, ...rest], dtype }];
  });
}

function respelt(name: string, table: typeof outside): string {
  const found = table.find(([own]) => name.startsWith(own));
  return found === undefined ? name : `${found[1]}${name.slice(found[0].length)}`;
}

/** The classifier that stands in the file behind a backbone, with as many classes as its training had. */
function classifier(name: string, start: string, spec: Backbone): PublishedTensor[] {
  const [, tag] = name.split(".");
  const classes = tag.endsWith("in22k") ? 21841 : tag.endsWith("in12k") ? 11821 : 1000;
  return [
    { name: `${start}weight`, shape: [classes, backboneKind(spec).width(spec)], dtype: "F32" },
    { name: `${start}bias`, shape: [classes], dtype: "F32" },
  ];
}
