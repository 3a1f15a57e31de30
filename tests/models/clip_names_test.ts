import type { Stored, StoredTensors } from "../../lib/engine/safetensors.ts";
import { torchShape } from "../../lib/engine/layout.ts";
import { disposeTree, entries } from "../../lib/engine/tree.ts";
import { fromOpenAI, fromTransformers } from "../../lib/models/clip_names.ts";
import { initClipResnet } from "../../lib/models/clip_resnet.ts";
import { initClipText } from "../../lib/models/clip_text.ts";
import { initClipVit } from "../../lib/models/clip_vit.ts";
import type { Network } from "../../lib/models/network.ts";
import { loadNetwork } from "../../lib/models/weights.ts";
import { assertEquals, assertThrows } from "../assert.ts";
import { testTensors } from "../tensors.ts";

const layers = { width: 4, layers: 2, heads: 2, hidden: 8, activation: "quickGelu" } as const;
const vit = { ...layers, image: 4, patch: 2, projection: 3 };
const text = { ...layers, vocabulary: 9, context: 5, projection: 3, end: 8 };
const resnet = { blocks: [1, 1, 1, 1], width: 2, heads: 2, image: 32, projection: 3 };

/** A stored tensor that counts from 0. */
function counting(...shape: number[]): Stored {
  const size = shape.reduce((product, n) => product * n, 1);
  return { dtype: "F32", shape, data: Float32Array.from({ length: size }, (_, i) => i) };
}

/** Names and shapes of what a network stores, in PyTorch's axes; the network is disposed. */
function shapesOf({ params, buffers }: Network): Record<string, number[]> {
  const all = [...entries(params), ...entries(buffers)];
  const shapes = Object.fromEntries(all.map(([path, leaf]) => [path, torchShape(leaf.shape)]).sort());
  disposeTree([params, buffers]);
  return shapes;
}

function shapesIn(stored: StoredTensors): Record<string, readonly number[]> {
  return Object.fromEntries([...stored].map(([name, { shape }]) => [name, shape]).sort());
}

/** Both towers as OpenAI stores them: a layer's parts in its own spelling. */
function openAI(): Map<string, Stored> {
  const layer = (prefix: string): [string, Stored][] => [
    [`${prefix}.attn.in_proj_weight`, counting(12, 4)],
    [`${prefix}.attn.in_proj_bias`, counting(12)],
    [`${prefix}.attn.out_proj.weight`, counting(4, 4)],
    [`${prefix}.attn.out_proj.bias`, counting(4)],
    ...["ln_1", "ln_2"].flatMap((norm): [string, Stored][] => [
      [`${prefix}.${norm}.weight`, counting(4)],
      [`${prefix}.${norm}.bias`, counting(4)],
    ]),
    [`${prefix}.mlp.c_fc.weight`, counting(8, 4)],
    [`${prefix}.mlp.c_fc.bias`, counting(8)],
    [`${prefix}.mlp.c_proj.weight`, counting(4, 8)],
    [`${prefix}.mlp.c_proj.bias`, counting(4)],
  ];
  return new Map([
    ["visual.class_embedding", counting(4)],
    ["visual.positional_embedding", counting(5, 4)],
    ["visual.proj", counting(4, 3)],
    ["visual.conv1.weight", counting(4, 3, 2, 2)],
    ["visual.ln_pre.weight", counting(4)],
    ["visual.ln_pre.bias", counting(4)],
    ...[0, 1].flatMap((i) => layer(`visual.transformer.resblocks.${i}`)),
    ["visual.ln_post.weight", counting(4)],
    ["visual.ln_post.bias", counting(4)],
    ["token_embedding.weight", counting(9, 4)],
    ["positional_embedding", counting(5, 4)],
    ...[0, 1].flatMap((i) => layer(`transformer.resblocks.${i}`)),
    ["ln_final.weight", counting(4)],
    ["ln_final.bias", counting(4)],
    ["text_projection", counting(4, 3)],
    ["logit_scale", counting()],
    ["input_resolution", counting()],
    ["context_length", counting()],
    ["vocab_size", counting()],
  ]);
}

testTensors("fromOpenAI() gives either tower every name and shape of its own", () => {
  assertEquals(shapesIn(fromOpenAI(openAI(), "image")), shapesOf(initClipVit(vit, null)));
  assertEquals(shapesIn(fromOpenAI(openAI(), "text")), shapesOf(initClipText(text, null)));
});

Deno.test("fromOpenAI() cuts the joint projection in three and turns what stands behind its factor", () => {
  const image = fromOpenAI(openAI(), "image");
  const valuesOf = (name: string) => [...image.get(name)!.data].map(Number);
  const count = (from: number, n: number) => Array.from({ length: n }, (_, i) => from + i);
  const parts = ["q_proj", "k_proj", "v_proj"].map((name) => `encoder.layers.1.self_attn.${name}`);
  assertEquals(parts.map((name) => valuesOf(`${name}.weight`)), [count(0, 16), count(16, 16), count(32, 16)]);
  assertEquals(parts.map((name) => valuesOf(`${name}.bias`)), [count(0, 4), count(4, 4), count(8, 4)]);
  assertEquals(image.get("visual_projection.weight")!.shape, [3, 4]);
  assertEquals(valuesOf("visual_projection.weight"), [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
});

testTensors("fromOpenAI() reads a text tower that open_clip stores under a prefix of its own", () => {
  const stored = [...openAI()].map(([name, tensor]): [string, Stored] => [
    name.startsWith("visual.") || name === "logit_scale" ? name : `text.${name}`,
    tensor,
  ]).filter(([name]) => !/input_resolution|context_length|vocab_size/.test(name));
  assertEquals(shapesIn(fromOpenAI(new Map(stored), "text")), shapesOf(initClipText(text, null)));
});

testTensors("fromOpenAI() leaves a ResNet's names as they are, but for the prefix", () => {
  const shapes = shapesOf(initClipResnet(resnet, null));
  const stored = Object.entries(shapes).map(([name, shape]): [string, Stored] => [
    `visual.${name}`,
    counting(...shape),
  ]);
  const texts = [...openAI()].filter(([name]) => !name.startsWith("visual."));
  const both = new Map([...stored, ...texts]);
  assertEquals(shapesIn(fromOpenAI(both, "image")), shapes);
  assertEquals(shapesIn(fromOpenAI(both, "text")), shapesOf(initClipText(text, null)));
});

testTensors("fromTransformers() takes prefixes away and leaves the other tower out", () => {
  const towers = { image: shapesOf(initClipVit(vit, null)), text: shapesOf(initClipText(text, null)) };
  const stored = new Map<string, Stored>([
    ["logit_scale", counting()],
    ["vision_model.embeddings.position_ids", counting(1, 5)],
    ["text_model.embeddings.position_ids", counting(1, 5)],
  ]);
  for (const [tower, prefix] of [["image", "vision_model."], ["text", "text_model."]] as const) {
    for (const [name, shape] of Object.entries(towers[tower])) {
      stored.set(name.includes("_projection.") ? name : prefix + name, counting(...shape));
    }
  }
  assertEquals(shapesIn(fromTransformers(stored, "image")), towers.image);
  assertEquals(shapesIn(fromTransformers(stored, "text")), towers.text);
});

testTensors("a name that is none of CLIP's stays, so that loading tells of it, and so does another size", () => {
  const template = initClipVit(vit, null);
  const told = (stored: StoredTensors, what: string) =>
    assertThrows(() => loadNetwork(template, stored), TypeError, what);
  const more = openAI().set("visual.ln_extra.weight", counting(4));
  told(fromOpenAI(more, "image"), 'unknown "ln_extra.weight"');
  const other = openAI().set("visual.transformer.resblocks.0.attn.in_proj_bias", counting(15));
  told(fromOpenAI(other, "image"), '"encoder.layers.0.self_attn.q_proj.bias" is [5], expected [4]');
  told(fromTransformers(new Map([["vision_model.embeddings.clas_embedding", counting(4)]]), "image"), "is it");
  disposeTree([template.params, template.buffers]);
});
