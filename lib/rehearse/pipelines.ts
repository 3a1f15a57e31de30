/** Diffusion pipelines of random weights, tiny, in the layout and with the slots of `optimum-cli export onnx`. */
import { join } from "node:path";
import type { Experiment } from "../experiment.ts";
import { type Graph, onnxGraph } from "../onnx/graph.ts";
import { add, conv, convTranspose, gather, mul, reduceMean, toFloat } from "../onnx/operations.ts";
import { random } from "../random.ts";
import { modelOf } from "../reconstruct/make_words.ts";
import { knownPipelines } from "../reconstruct/models.ts";
import { writeTokenizer } from "./vocabulary.ts";

/** Width of the text encoder's states. */
const WIDTH = 8;
/** Channels of latents, and pixels of a side that one stands for. */
const LATENTS = 4, SCALE = 8;
/** Numbers of the vocabulary. */
const KNOWN = 49408;

/** A pipeline that a definition asks for. */
export interface AskedPipeline {
  /** Name of its folder. */
  readonly model: string;
  readonly inpainting: boolean;
}

/** The pipelines that a definition's reconstructions and error maps are made with, each once. */
export function pipelinesOf({ reconstruct, model: { refine } }: Experiment): AskedPipeline[] {
  const parts = [reconstruct, refine?.map ?? null].filter((part) => part !== null);
  const models = parts.map((part) => {
    const model = modelOf(part);
    const inner = "of" in part && typeof part.of === "object" ? part.of.kind : part.kind;
    return { model, inpainting: knownPipelines[model]?.inpainting ?? inner === "inpainting" };
  });
  return models.filter(({ model }, i) => model !== "" && models.findIndex((other) => other.model === model) === i);
}

/** Writes a pipeline: UNet of 4 channels, or 9 for inpainting, autoencoder, text encoder, tokenizer and scheduler. */
export async function writePipeline({ model, inpainting }: AskedPipeline, pipelines: string): Promise<void> {
  const folder = join(pipelines, model);
  const networks = {
    unet: unet(inpainting ? 2 * LATENTS + 1 : LATENTS),
    vae_encoder: encoder(),
    vae_decoder: decoder(),
    text_encoder: textEncoder(),
  };
  for (const [name, graph] of Object.entries(networks)) {
    await Deno.mkdir(join(folder, name), { recursive: true });
    await Deno.writeFile(join(folder, name, "model.onnx"), graph.bytes());
  }
  await writeTokenizer(join(folder, "tokenizer"));
  await Deno.mkdir(join(folder, "scheduler"), { recursive: true });
  const kind = inpainting ? "Inpaint" : "";
  const configs = {
    "model_index.json": { _class_name: `OnnxStableDiffusion${kind}Pipeline` },
    "vae_decoder/config.json": { scaling_factor: 0.18215, latent_channels: LATENTS, block_out_channels: [4, 4, 8, 8] },
    "unet/config.json": { sample_size: 64, in_channels: inpainting ? 9 : 4, block_out_channels: [4] },
    "scheduler/scheduler_config.json": scheduler,
  };
  for (const [name, config] of Object.entries(configs)) {
    await Deno.writeTextFile(join(folder, name), JSON.stringify(config));
  }
}

/** That of Stable Diffusion 1.5, as its file has it. */
const scheduler = {
  ...{ _class_name: "PNDMScheduler", num_train_timesteps: 1000, beta_start: 0.00085, beta_end: 0.012 },
  ...{ beta_schedule: "scaled_linear", skip_prk_steps: true, set_alpha_to_one: false, steps_offset: 1 },
  ...{ trained_betas: null, clip_sample: false },
};

function normals(name: string, shape: readonly number[], deviation: number) {
  const draw = random(1, "rehearsal", "pipeline", name);
  const data = draw.normals(shape.reduce((product, side) => product * side, 1)).map((value) => deviation * value);
  return { shape, data };
}

/** A mixture of channels, moved by what the prompt says and a little by the time. */
function unet(channels: number): Graph {
  const graph = onnxGraph("unet");
  const sample = graph.input("sample", "float32", ["batch_size", channels, "height", "width"]);
  const timestep = graph.input("timestep", "int64", [1]);
  const states = graph.input("encoder_hidden_states", "float32", ["batch_size", "sequence_length", WIDTH]);
  const mixed = conv(sample, { weight: normals("unet", [LATENTS, channels, 1, 1], channels ** -0.5) });
  const said = graph.node("Reshape", [
    reduceMean(states, { axes: [1, 2] }),
    graph.weight({ shape: [4], data: BigInt64Array.of(-1n, 1n, 1n, 1n) }),
  ]);
  const noise = add(mixed, add(mul(said, 0.1), mul(toFloat(timestep), 1e-4)));
  graph.output("out_sample", noise, { shape: ["batch_size", LATENTS, "height", "width"] });
  return graph;
}

function encoder(): Graph {
  const graph = onnxGraph("vae_encoder");
  const sample = graph.input("sample", "float32", ["batch_size", 3, "height", "width"]);
  const weight = normals("encoder", [2 * LATENTS, 3, SCALE, SCALE], 0.1);
  const bias = { shape: [2 * LATENTS], data: Float32Array.of(0, 0, 0, 0, -4, -4, -4, -4) };
  graph.output("latent_parameters", conv(sample, { weight, bias, stride: SCALE }), {
    shape: ["batch_size", 2 * LATENTS, "latent_height", "latent_width"],
  });
  return graph;
}

function decoder(): Graph {
  const graph = onnxGraph("vae_decoder");
  const latents = graph.input("latent_sample", "float32", ["batch_size", LATENTS, "latent_height", "latent_width"]);
  const weight = normals("decoder", [LATENTS, 3, SCALE, SCALE], 0.3);
  graph.output("sample", convTranspose(latents, { weight, stride: SCALE }), {
    shape: ["batch_size", 3, "height", "width"],
  });
  return graph;
}

function textEncoder(): Graph {
  const graph = onnxGraph("text_encoder");
  const ids = graph.input("input_ids", "int64", ["batch_size", "sequence_length"]);
  const words = graph.weight(normals("text", [KNOWN, WIDTH], 1));
  graph.output("last_hidden_state", gather(words, ids), { shape: ["batch_size", "sequence_length", WIDTH] });
  return graph;
}
