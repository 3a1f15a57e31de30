/** Trains the pocket world's pipeline and writes it as `optimum-cli export onnx` would. */
import { join } from "node:path";
import { createHash } from "node:crypto";
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
import { gather, type Gathered, identityOf, settings } from "./gather.ts";
import {
  initPipelineState,
  type PipelineCourse,
  pipelineCourse,
  type PipelineDenoiserParams,
  type PipelineMaterial,
  stepPipeline,
} from "./pipeline_course.ts";
import { pipelineFiles } from "./pipeline_files.ts";
import { type Measured, measurePipeline } from "./pipeline_measure.ts";
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

async function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await Deno.mkdir(join(folder, name, ".."), { recursive: true });
    await writeAtomic(join(folder, name), content);
  }
}

function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}
