/** Trains the pocket world's CLIP and writes what is shipped of it. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { storeTree } from "../engine/layout.ts";
import { writeSafetensors } from "../engine/safetensors.ts";
import { disposeTree } from "../engine/tree.ts";
import type { ClipNetwork } from "../models/clip.ts";
import { clipTexts } from "../models/clip_text.ts";
import { pocketClip, type PocketClipCard, pocketClipFiles } from "../models/pocket_clip.ts";
import { writeAtomic } from "../runs/atomic.ts";
import { clipTokenizer, type Tokenizer } from "../tokenizer/mod.ts";
import type { Split } from "../types.ts";
import {
  type ClipCourse,
  clipCourse,
  type ClipState,
  initClipState,
  type Pair,
  pocketTextLength,
  stepClip,
} from "./clip_course.ts";
import { type Retrieval, retrieval } from "./clip_retrieval.ts";
import { gather, type Gathered, identityOf, patchesOfSplit, settings } from "./gather.ts";
import { learnWordPieces } from "./word_pieces.ts";

/** How far a training is. */
export interface ClipProgress {
  readonly step: number;
  readonly steps: number;
  /** Averaged over the last hundred steps or so. */
  readonly loss: number;
}

/**
 * Trains to the end. The same course, pairs and vocabulary give the same weights to the last bit on wasm.
 *
 * @throws {DOMException} "AbortError" when the signal stops it
 * @throws {Error} when the loss is not finite
 * @returns the state, which the caller owns, and the loss at its end
 */
export async function* trainClip(
  course: ClipCourse,
  { pairs, tokenizer, signal }: {
    readonly pairs: readonly Pair[];
    readonly tokenizer: Tokenizer;
    readonly signal?: AbortSignal;
  },
): AsyncGenerator<ClipProgress, { readonly state: ClipState; readonly loss: number }> {
  const { steps } = course;
  let state = initClipState(course), mean = NaN, complete = false;
  try {
    for (let step = 1; step <= steps; step++) {
      signal?.throwIfAborted();
      const advance = stepClip(course, state, { pairs, tokenizer, step });
      state = advance.state;
      mean = Number.isNaN(mean) ? advance.loss : 0.98 * mean + 0.02 * advance.loss;
      if (!Number.isFinite(mean)) {
        throw new Error(`Cannot train CLIP: the loss is ${advance.loss} at step ${step}, expected a finite number`);
      }
      yield { step, steps, loss: mean };
      await new Promise((resolve) => setTimeout(resolve)); // a step never waits, and without a pause no Ctrl-C arrives
    }
    complete = true;
    return { state, loss: mean };
  } finally {
    if (!complete) disposeTree(state);
  }
}

/** What a training of the shipped weights is made of and where it goes. */
export interface ClipMaking {
  /** Folder of the photographs and their table. */
  readonly photographs: string;
  /** Folder of weights, vocabulary and card. */
  readonly out: string;
  readonly tell: (progress: ClipProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Learns vocabulary and towers from the training photographs alone, measures on those of validation, and writes all.
 *
 * @throws as {@linkcode trainClip}
 */
export async function makeClip(
  { photographs, out, tell, signal }: ClipMaking,
  course: ClipCourse = clipCourse,
): Promise<PocketClipCard> {
  const gathered = await gather(photographs, settings);
  const learnt = gathered.filter(({ photograph }) => photograph.split === "train");
  const pairs = learnt.map(({ image, photograph: { caption } }): Pair => ({ image, caption }));
  await Deno.mkdir(out, { recursive: true });
  const files = learnWordPieces(pairs.map(({ caption }) => caption), {
    size: clipTexts.pocket.vocabulary,
    length: pocketTextLength,
  });
  for (const [name, text] of Object.entries(files)) await writeAtomic(join(out, name), text);
  const tokenizer = await clipTokenizer({ folder: out });
  const training = trainClip(course, { pairs, tokenizer, signal });
  for (let next = await training.next();; next = await training.next()) {
    if (!next.done) {
      tell(next.value);
      continue;
    }
    const { state, loss } = next.value;
    try {
      return await ship(state, { out, course, gathered, learnt, tokenizer, loss });
    } finally {
      disposeTree(state);
    }
  }
}

async function ship(
  { params, buffers }: ClipState,
  { out, course, gathered, learnt, tokenizer, loss }: Pick<ClipMaking, "out"> & {
    readonly course: ClipCourse;
    readonly gathered: readonly Gathered[];
    readonly learnt: readonly Gathered[];
    readonly tokenizer: Tokenizer;
    readonly loss: number;
  },
): Promise<PocketClipCard> {
  const network = { params: params.towers, buffers } as ClipNetwork;
  const of = (split: Split) => retrieval(network, picturesOfSplit(gathered, split), tokenizer);
  const retrieved = { train: of("train"), validation: of("validation") };
  const scale = Math.exp((await params.logit_scale.data())[0]);
  const named = [...await storeTree(network.params), ...await storeTree(buffers)]
    .map(([name, tensor]) => [publishedName(name), tensor] as const);
  const bytes = writeSafetensors(new Map([...named, ...await storeTree({ logit_scale: params.logit_scale })]));
  await writeAtomic(join(out, pocketClipFiles.weights), bytes);
  const card: PocketClipCard = {
    ...{ format: 1, name: pocketClip.name, about: aboutOf(retrieved), licence: pocketClip.licence },
    made: "deno task pocket:clip",
    course: { ...course },
    photographs: identityOf(learnt),
    weights: { file: pocketClipFiles.weights, sha256: createHash("sha256").update(bytes).digest("hex") },
    measured: { loss: rounded(loss), scale: rounded(scale), retrieval: retrieved },
  };
  await writeAtomic(join(out, pocketClipFiles.card), `${JSON.stringify(card, null, 2)}\n`);
  return card;
}

/** As transformers names both towers of a CLIP in one file. */
function publishedName(name: string): string {
  if (!name.startsWith("text.")) return `vision_model.${name}`;
  const own = name.slice("text.".length);
  return own.startsWith("text_projection") ? own : `text_model.${own}`;
}

/** The patches of a split's photographs, real and sources of fakes, with their captions. */
function picturesOfSplit(gathered: readonly Gathered[], split: Split): Pair[] {
  const captions = new Map(gathered.map(({ photograph: { name, caption } }) => [name, caption]));
  return (["real", "source"] as const).flatMap((half) =>
    patchesOfSplit(gathered, { split, half, size: settings.cutting.size })
      .map(({ image, photograph }): Pair => ({ image, caption: captions.get(photograph)! }))
  );
}

function aboutOf({ train, validation }: Readonly<Record<"train" | "validation", Retrieval>>): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const told = ({ captions, captionOfPicture }: Retrieval) =>
    `${percent(captionOfPicture)} of the patches their own caption among ${captions} (by chance ${
      percent(1 / captions)
    })`;
  return [
    `Two small towers that learned from ${train.captions} photographs and their captions`,
    `It gives ${told(train)} of the photographs it learned from, and of ${validation.captions} others ${
      told(validation)
    }`,
    "It knows colours and textures of those photographs, and nothing of the world: it is there to run through the code " +
    "that CLIP runs through",
  ];
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
