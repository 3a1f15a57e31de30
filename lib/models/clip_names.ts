/**
 * Published names of CLIP's weights → the house's: files of transformers, of OpenAI and of open_clip.
 *
 * What belongs to the other tower, to neither (the temperature) or to bookkeeping is left out. A name that is none of
 * these stays as it is, so that loading tells of it; OpenAI's files have all of the image tower under "visual.".
 */
// D width
import { transposed } from "../engine/layout.ts";
import { derived, type Stored, type StoredTensors } from "../engine/stored.ts";

/** One half of CLIP. */
export type Tower = "image" | "text";

/**
 * Tensors of a file of transformers (`CLIPModel`, or one tower with its projection) under the tower's own names.
 *
 * @param stored stays as it is
 */
export function fromTransformers(stored: StoredTensors, tower: Tower): StoredTensors {
  const [own, other] = tower === "image" ? ["vision_model.", "text_model."] : ["text_model.", "vision_model."];
  const otherProjection = tower === "image" ? "text_projection.weight" : "visual_projection.weight";
  // older files hold the numbers of the positions, 0, 1, 2 …
  const isOther = (name: string) =>
    name.startsWith(other) || name === otherProjection || name === "logit_scale" || name.endsWith(".position_ids");
  return new Map(
    [...stored].filter(([name]) => !isOther(name)).map(([name, tensor]) => [without(own, name), tensor]),
  );
}

/**
 * Tensors of a file of OpenAI or open_clip under the tower's own names: the ViT's and the text's in transformers'
 * spelling, the joint weight of query, key and value in three, projections turned; the ResNet's as they are, but for
 * the prefix.
 *
 * @param stored stays as it is; nothing is read or turned before it is looked at
 */
export function fromOpenAI(stored: StoredTensors, tower: Tower): StoredTensors {
  const own = [...stored].filter(([name]) =>
    !bookkeeping.has(name) && name.startsWith("visual.") === (tower === "image")
  )
    // open_clip puts "text." before the names of some of its text towers
    .map(([name, tensor]): Named => [without(tower === "image" ? "visual." : "text.", name), tensor]);
  const isResnet = own.some(([name]) => name.startsWith("attnpool."));
  return new Map(isResnet ? own : own.flatMap(([name, tensor]) => renamed(name, tensor, tower)));
}

type Named = [name: string, tensor: Stored];

/** The temperature, and what OpenAI's files tell of the network beside its weights. */
const bookkeeping: ReadonlySet<string> = new Set([
  "logit_scale",
  "logit_bias",
  "input_resolution",
  "context_length",
  "vocab_size",
]);

/** Beginnings of names outside of the layers by tower, and what they become. */
const outside: Readonly<Record<Tower, Readonly<Record<string, string>>>> = {
  image: {
    class_embedding: "embeddings.class_embedding",
    positional_embedding: "embeddings.position_embedding.weight",
    "conv1.weight": "embeddings.patch_embedding.weight",
    "ln_pre.weight": "pre_layrnorm.weight",
    "ln_pre.bias": "pre_layrnorm.bias",
    "ln_post.weight": "post_layernorm.weight",
    "ln_post.bias": "post_layernorm.bias",
  },
  text: {
    "token_embedding.weight": "embeddings.token_embedding.weight",
    positional_embedding: "embeddings.position_embedding.weight",
    "ln_final.weight": "final_layer_norm.weight",
    "ln_final.bias": "final_layer_norm.bias",
  },
};

/** Parts of a layer, and what they become. */
const inside: Readonly<Record<string, string>> = {
  "attn.out_proj": "self_attn.out_proj",
  ln_1: "layer_norm1",
  ln_2: "layer_norm2",
  "mlp.c_fc": "mlp.fc1",
  "mlp.c_proj": "mlp.fc2",
};

/** Projections are [D, F] in these files: they stand behind what they multiply. */
const projections: Readonly<Record<Tower, readonly [from: string, to: string]>> = {
  image: ["proj", "visual_projection.weight"],
  text: ["text_projection", "text_projection.weight"],
};

function renamed(name: string, tensor: Stored, tower: Tower): Named[] {
  const [from, to] = projections[tower];
  if (name === from) return [[to, transposed(tensor)]];
  if (Object.hasOwn(outside[tower], name)) return [[outside[tower][name], tensor]];
  const [, layer, part, kind] = name.match(/^transformer\.resblocks\.(\d+)\.(.+?)[._](weight|bias)$/) ?? [];
  if (part === "attn.in_proj") {
    return ["q_proj", "k_proj", "v_proj"].map((proj, i) => [
      `encoder.layers.${layer}.self_attn.${proj}.${kind}`,
      third(tensor, i),
    ]);
  }
  if (part === undefined || !Object.hasOwn(inside, part)) return [[name, tensor]];
  return [[`encoder.layers.${layer}.${inside[part]}.${kind}`, tensor]];
}

/** The i-th third of a tensor's rows, cut when it is looked at. */
function third(stored: Stored, i: number): Stored {
  const { dtype, shape: [rows, ...rest] } = stored;
  return derived({ dtype, shape: [rows / 3, ...rest] }, () => {
    const { data } = stored;
    return data.subarray(i * data.length / 3, (i + 1) * data.length / 3);
  });
}

function without(prefix: string, name: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}
