/** The files of the pocket world's pipeline, in the layout and under the names of `optimum-cli export onnx`. */
import { join } from "node:path";
import { storeTree } from "../engine/layout.ts";
import type { Tree } from "../engine/tree.ts";
import { type ClipTextNetwork, clipTexts } from "../models/clip_text.ts";
import { pocketClip } from "../models/pocket_clip.ts";
import type { AutoencoderParams } from "./autoencoder.ts";
import { partOf } from "./export_layers.ts";
import { exportDecoder, exportEncoder, exportText, exportUnet } from "./export_pipeline.ts";
import { settings } from "./gather.ts";
import { type PipelineCourse, type PipelineDenoiserParams, pipelineScheduler } from "./pipeline_course.ts";
import { textHeads } from "./text_attention.ts";

/** All networks of a pipeline that has learned. The caller owns them. */
export interface PipelineNetworks {
  readonly autoencoder: AutoencoderParams;
  readonly denoiser: PipelineDenoiserParams;
  readonly text: ClipTextNetwork;
}

/** Every file of the pipeline but its card, by its path. */
export async function pipelineFiles(
  { autoencoder, denoiser, text }: PipelineNetworks,
  { decoder }: Pick<PipelineCourse, "decoder">,
): Promise<Record<string, Uint8Array | string>> {
  const part = async (tree: Tree) => partOf(await storeTree(tree));
  const spec = clipTexts.pocket;
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  const vae = json({
    ...{ _class_name: "AutoencoderKL", scaling_factor: 1, latent_channels: decoder.latent },
    block_out_channels: [...decoder.widths].reverse(),
    sample_size: settings.cutting.size,
  });
  const words = ["vocab.json", "merges.txt", "tokenizer_config.json"];
  const tokenizer = await Promise.all(
    words.map(async (name) => [`tokenizer/${name}`, await Deno.readTextFile(join(pocketClip.folder, name))] as const),
  );
  const runtime = ["diffusers", "OnnxRuntimeModel"];
  return {
    "model_index.json": json({
      _class_name: "OnnxStableDiffusionPipeline",
      ...{ unet: runtime, vae_encoder: runtime, vae_decoder: runtime, text_encoder: runtime },
      ...{ scheduler: ["diffusers", pipelineScheduler._class_name], tokenizer: ["transformers", "CLIPTokenizer"] },
    }),
    "scheduler/scheduler_config.json": json(pipelineScheduler),
    ...Object.fromEntries(tokenizer),
    "text_encoder/config.json": json({ max_position_embeddings: spec.context, hidden_size: spec.width }),
    "text_encoder/model.onnx": exportText(spec, await part(text.params)),
    "unet/config.json": json({
      ...{ in_channels: decoder.latent, out_channels: decoder.latent, cross_attention_dim: spec.width },
      ...unetShape(denoiser),
      sample_size: settings.cutting.size / decoder.block,
    }),
    "unet/model.onnx": exportUnet({ unet: await part(denoiser.unet), text: await part(denoiser.text) }),
    "vae_decoder/config.json": vae,
    "vae_decoder/model.onnx": exportDecoder({
      decoder: await part(autoencoder.decoder),
      synthesis: await part(autoencoder.synthesis),
    }),
    "vae_encoder/config.json": vae,
    "vae_encoder/model.onnx": exportEncoder(await part(autoencoder.analysis), { deviation: decoder.noise }),
  };
}

/** Channels and blocks as diffusers' configuration names them: attention at the smallest size. */
function unetShape({ unet }: PipelineDenoiserParams): Readonly<Record<string, unknown>> {
  const widths = unet.down.map(({ block }) => block.norm.weight.shape[0]);
  const last = widths.length - 1;
  return {
    block_out_channels: widths,
    down_block_types: widths.map((_, i) => i === last ? "CrossAttnDownBlock2D" : "DownBlock2D"),
    attention_head_dim: textHeads,
  };
}
