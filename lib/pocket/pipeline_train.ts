/** Trains the pocket world's pipeline and writes it as `optimum-cli export onnx` would. */
import { join } from "node:path";
import { createHash } from "node:crypto";
import { storeTree } from "../engine/layout.ts";
import { tidy } from "../engine/ops.ts";
import { disposeTree, type Tree } from "../engine/tree.ts";
import { type ClipNetwork, initClip } from "../models/clip.ts";
import { clipTextHidden, type ClipTextNetwork, clipTexts } from "../models/clip_text.ts";
import { loadWeights } from "../models/weights.ts";
import { pocketClip } from "../models/pocket_clip.ts";
import { writeAtomic } from "../runs/atomic.ts";
import { clipTokenizer } from "../tokenizer/mod.ts";
import type { AutoencoderParams } from "./autoencoder.ts";
import { clipCourse, pocketTowers, subjectOf, tokensOf } from "./clip_course.ts";
import { partOf } from "./export_layers.ts";
import { exportDecoder, exportEncoder, exportText, exportUnet } from "./export_pipeline.ts";
import { gather, type Gathered, identityOf, settings } from "./gather.ts";
import {
  initPipelineState,
  type PipelineCourse,
  pipelineCourse,
  type PipelineDenoiserParams,
  type PipelineMaterial,
  pipelineScheduler,
  stepPipeline,
} from "./pipeline_course.ts";
import { type Measured, measurePipeline } from "./pipeline_measure.ts";
import { textHeads } from "./text_attention.ts";
import { type Progress, train, type Trained } from "./train.ts";

/** What a training of the shipped pipeline is made of and where it goes. */
export interface PipelineMaking {
  /** Folder of the photographs and their table. */
  readonly photographs: string;
  /** Folder of the pipeline; its base name is the pipeline's. */
  readonly out: string;
  readonly tell: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** What is told of the pipeline in `card.json` beside its networks. */
export interface PipelineCard {
  readonly format: 1;
  readonly name: string;
  readonly licence: string;
  /** The command that makes it again. */
  readonly made: string;
  readonly course: PipelineCourse;
  /** Identity of the training photographs: their pixels. */
  readonly photographs: string;
  /** SHA-256 of every other file. */
  readonly files: Readonly<Record<string, string>>;
  readonly measured: Measured;
}

/** All networks of a pipeline that has learned. The caller owns them. */
export interface PipelineNetworks {
  readonly autoencoder: AutoencoderParams;
  readonly denoiser: PipelineDenoiserParams;
  readonly text: ClipTextNetwork;
}

/**
 * Learns autoencoder and denoiser from the training photographs alone, told their captions by the pocket world's text
 * tower, writes them as a pipeline, and measures that on the photographs of validation.
 *
 * @throws {DOMException} "AbortError" when the signal stops it; the decoder goes on from its last hundreds of steps
 * @throws {Error} when an error is not finite
 */
export async function makePipeline(
  { photographs, out, tell, signal }: PipelineMaking,
  course: PipelineCourse = pipelineCourse,
): Promise<PipelineCard> {
  const gathered = await gather(photographs, settings);
  const learnt = gathered.filter(({ photograph }) => photograph.split === "train");
  const work = `${out}.trainings`;
  await Deno.mkdir(work, { recursive: true });
  const text = await textTower();
  const kept: Tree[] = [text.params];
  try {
    const decoder = await drained(
      train({
        ...{ name: "pipeline-decoder", course: course.decoder, seed: course.seed, start: null, folder: work, signal },
        photographs: learnt.map(({ image }) => image),
        photographsHash: identityOf(learnt),
      }),
      tell,
    );
    kept.push(decoder.fixed, decoder.network);
    const autoencoder = { ...decoder.fixed as object, decoder: decoder.network } as AutoencoderParams;
    const material = await materialOf(learnt, { text, analysis: autoencoder.analysis });
    const denoiser = await trainDenoiser(course, material, { tell, signal });
    kept.push(denoiser);
    const files = await pipelineFiles({ autoencoder, denoiser, text }, course);
    await writeFiles(out, files);
    const card: PipelineCard = {
      ...{ format: 1, name: "pocket", licence: pocketClip.licence, made: "deno task pocket:pipeline", course },
      photographs: identityOf(learnt),
      files: Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)])),
      measured: await measurePipeline(out, gathered),
    };
    await writeAtomic(join(out, "card.json"), `${JSON.stringify(card, null, 2)}\n`);
    await Deno.remove(work, { recursive: true });
    return card;
  } finally {
    disposeTree(kept);
  }
}

/** The text tower of the shipped CLIP. */
async function textTower(): Promise<ClipTextNetwork> {
  const { params, buffers } = await loadWeights(pocketClip.name, null, initClip(pocketTowers, null)) as ClipNetwork;
  const { text, ...image } = params as ClipNetwork["params"] & { readonly text: ClipTextNetwork["params"] };
  disposeTree([image as Tree, buffers]);
  return { params: text, buffers: {} };
}

async function materialOf(
  learnt: readonly Gathered[],
  { text, analysis }: { readonly text: ClipTextNetwork; readonly analysis: AutoencoderParams["analysis"] },
): Promise<PipelineMaterial> {
  const tokenizer = await clipTokenizer({ folder: pocketClip.folder });
  const statesOf = (texts: readonly string[]): Float32Array[] => {
    const states = tidy(() => clipTextHidden(clipTexts.pocket, text, tokensOf(texts, tokenizer)));
    const values = states.dataSync<"float32">();
    states.dispose();
    const length = values.length / texts.length;
    return texts.map((_, i) => values.slice(i * length, (i + 1) * length));
  };
  return {
    analysis,
    photographs: learnt.map(({ image, photograph: { caption } }) => ({
      image,
      texts: statesOf(clipCourse.templates.map((template) => template.replace("[CLS]", subjectOf(caption)))),
    })),
    nothing: statesOf([""])[0],
    width: clipTexts.pocket.width,
  };
}

async function trainDenoiser(
  course: PipelineCourse,
  material: PipelineMaterial,
  { tell, signal }: Pick<PipelineMaking, "tell" | "signal">,
): Promise<PipelineDenoiserParams> {
  const { steps } = course.denoiser;
  let state = initPipelineState(course, material), error = NaN, complete = false;
  try {
    for (let step = 1; step <= steps; step++) {
      signal?.throwIfAborted();
      const advance = stepPipeline(course, state, { ...material, step });
      state = advance.state;
      error = Number.isNaN(error) ? advance.error : 0.98 * error + 0.02 * advance.error;
      if (!Number.isFinite(error)) {
        throw new Error(
          `Cannot train the denoiser: the error is ${advance.error} at step ${step}, expected a finite number`,
        );
      }
      tell({ name: "pipeline-denoiser", step, steps, error });
      await new Promise((resolve) => setTimeout(resolve)); // a step never waits, and without a pause no Ctrl-C arrives
    }
    complete = true;
    disposeTree(state.adam);
    return state.params;
  } finally {
    if (!complete) disposeTree(state);
  }
}

async function drained(events: AsyncGenerator<Progress, Trained>, tell: PipelineMaking["tell"]): Promise<Trained> {
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value;
    tell(value);
    await new Promise((resolve) => setTimeout(resolve));
  }
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

async function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await Deno.mkdir(join(folder, name, ".."), { recursive: true });
    await writeAtomic(join(folder, name), content);
  }
}

function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}
