/** The pocket world's networks as the ONNX files of a pipeline, with the names that `optimum-cli export onnx` gives. */
// N samples · C channels · h, w height and width of latents · T tokens · D width of a token
import { clipEpsilon } from "../models/clip_layers.ts";
import type { ClipText } from "../models/clip_text.ts";
import { onnxGraph, type Value } from "../onnx/graph.ts";
import * as onnx from "../onnx/operations.ts";
import { attended, block, both, doubled, ended, norm, type Part } from "./export_layers.ts";
import { waveWidth } from "./networks.ts";
import { textHeads } from "./text_attention.ts";

/** A network's file. */
type Bytes = Uint8Array<ArrayBuffer>;

/** What is said in every file of where it comes from. */
const metadata = { author: "counterproof, lib/pocket", licence: "Apache-2.0" };

/**
 * The encoder: mean and logarithm of the variance of the latents of images.
 *
 * @param analysis `weight` [L, 3, N, N] and `bias`
 * @param options `deviation`: of the posterior, the same for all: the noise that the decoder learned to cope with
 */
export function exportEncoder(analysis: Part, { deviation }: { readonly deviation: number }): Bytes {
  const graph = onnxGraph("vae_encoder");
  const { weight, bias } = both(analysis);
  const [latent, , block] = weight.shape;
  const sample = graph.input("sample", "float32", ["batch_size", 3, "sample_height", "sample_width"]);
  const mean = onnx.conv(sample, { weight, bias, stride: block });
  const logvar = onnx.add(onnx.mul(mean, 0), 2 * Math.log(deviation));
  graph.output("latent_parameters", onnx.concat([mean, logvar], { axis: 1 }), {
    shape: ["batch_size", 2 * latent, "latent_height", "latent_width"],
  });
  return graph.bytes({ metadata });
}

/** The decoder, which adds to the linear picture: images of latents. */
export function exportDecoder({ decoder, synthesis }: { readonly decoder: Part; readonly synthesis: Part }): Bytes {
  const graph = onnxGraph("vae_decoder");
  const { weight, bias } = both(synthesis);
  const [latent, , side] = weight.shape;
  const z = graph.input("latent_sample", "float32", ["batch_size", latent, "latent_height", "latent_width"]);
  let x = onnx.conv(z, { ...both(decoder.at("input")), pad: 1 });
  for (let i = 0; decoder.has(`stages.${i}.blocks.0.mix.weight`); i++) {
    const stage = decoder.at(`stages.${i}`);
    for (const j of [0, 1]) x = block(stage.at(`blocks.${j}`), x, null);
    if (stage.has("double.0.mix.weight")) x = doubled(stage.at("double.0"), x);
  }
  const linear = onnx.convTranspose(z, { weight, bias, stride: side });
  graph.output("sample", onnx.add(ended(decoder, x), linear), {
    shape: ["batch_size", 3, "sample_height", "sample_width"],
  });
  return graph.bytes({ metadata });
}

/** The denoiser: the noise in latents at a timestep, told a text. */
export function exportUnet({ unet, text }: { readonly unet: Part; readonly text: Part }): Bytes {
  const graph = onnxGraph("unet");
  const channels = unet.tensor("output.weight").shape[0];
  const free = ["batch_size", channels, "height", "width"];
  const z = graph.input("sample", "float32", free);
  const timestep = graph.input("timestep", "int64", ["steps"]);
  const states = graph.input("encoder_hidden_states", "float32", [
    "batch_size",
    "sequence_length",
    text.tensor("k_proj.weight").shape[1],
  ]);
  const time = onnx.gelu(onnx.linear(waves(timestep), both(unet.at("time"))));
  let x = onnx.conv(z, { ...both(unet.at("input")), pad: 1 });
  const skipped: Value[] = [];
  for (let i = 0; unet.has(`down.${i}.block.mix.weight`); i++) {
    const level = unet.at(`down.${i}`);
    x = block(level.at("block"), x, time);
    if (!level.has("halve.0.weight")) continue;
    skipped.push(x);
    x = onnx.conv(x, { ...both(level.at("halve.0")), stride: 2 });
  }
  x = told(text, block(unet.at("middle"), x, time), states);
  for (let i = 0; unet.has(`up.${i}.block.mix.weight`); i++) {
    const level = unet.at(`up.${i}`);
    x = block(level.at("block"), onnx.add(doubled(level.at("double"), x), skipped.pop()!), time);
  }
  graph.output("out_sample", ended(unet, x), { shape: free });
  return graph.bytes({ metadata });
}

/** Timesteps as sines and cosines, as `waves` of networks.ts has them: [S] → [S, E]. */
function waves(timestep: Value): Value {
  const half = waveWidth / 2;
  const frequencies = Float32Array.from({ length: half }, (_, i) => Math.exp(-Math.log(10000) * i / half));
  const rows = onnx.reshape(onnx.toFloat(timestep), [-1, 1]);
  const angles = onnx.mul(rows, timestep.graph.weight({ shape: [1, half], data: frequencies }));
  return onnx.concat([onnx.sin(angles), onnx.cos(angles)], { axis: 1 });
}

/** A map with what its places find in a text. */
function told(p: Part, x: Value, states: Value): Value {
  const width = p.tensor("q_proj.bias").shape[0];
  const rows = onnx.transpose(x, [0, 2, 3, 1]);
  const places = onnx.reshape(norm(p.at("norm"), rows), [0, -1, width]);
  const found = attended({
    query: onnx.linear(places, both(p.at("q_proj"))),
    key: onnx.linear(states, both(p.at("k_proj"))),
    value: onnx.linear(states, both(p.at("v_proj"))),
  }, { heads: textHeads, width, mask: null });
  const back = x.graph.node("Reshape", [onnx.linear(found, both(p.at("out_proj"))), onnx.shape(rows)]);
  return onnx.add(x, onnx.transpose(back, [0, 3, 1, 2]));
}

/** CLIP's text tower: what each token knows of those before it, normed. */
export function exportText(spec: ClipText, p: Part): Bytes {
  const graph = onnxGraph("text_encoder");
  const { width, heads, layers, context } = spec;
  const ids = graph.input("input_ids", "int64", ["batch_size", context]);
  const table = graph.weight(p.tensor("embeddings.token_embedding.weight"));
  let x = onnx.add(onnx.gather(table, ids), graph.weight(p.tensor("embeddings.position_embedding.weight")));
  const mask = causal(context);
  for (let i = 0; i < layers; i++) x = layer(p.at(`encoder.layers.${i}`), x, { heads, width, mask });
  graph.output("last_hidden_state", layerNorm(p.at("final_layer_norm"), x), { shape: ["batch_size", context, width] });
  return graph.bytes({ metadata });
}

function layer(
  p: Part,
  x: Value,
  { heads, width, mask }: { heads: number; width: number; mask: ReturnType<typeof causal> },
): Value {
  const seen = layerNorm(p.at("layer_norm1"), x);
  const own = p.at("self_attn");
  const found = attended({
    query: onnx.linear(seen, both(own.at("q_proj"))),
    key: onnx.linear(seen, both(own.at("k_proj"))),
    value: onnx.linear(seen, both(own.at("v_proj"))),
  }, { heads, width, mask });
  const y = onnx.add(x, onnx.linear(found, both(own.at("out_proj"))));
  const hidden = onnx.quickGelu(onnx.linear(layerNorm(p.at("layer_norm2"), y), both(p.at("mlp.fc1"))));
  return onnx.add(y, onnx.linear(hidden, both(p.at("mlp.fc2"))));
}

function layerNorm(p: Part, x: Value): Value {
  return onnx.layerNorm(x, { ...both(p), epsilon: clipEpsilon });
}

/** 0 where a token may see another, and so little elsewhere that softmax makes 0 of it. */
function causal(tokens: number): { readonly shape: number[]; readonly data: Float32Array } {
  const hidden = (i: number) => i % tokens > Math.floor(i / tokens);
  return {
    shape: [tokens, tokens],
    data: Float32Array.from({ length: tokens ** 2 }, (_, i) => hidden(i) ? -1e9 : 0),
  };
}
