/** Small pictures with captions, and a recipe of Robust CLIP's kind at their size. */
import { square } from "../lib/augment/mod.ts";
import { type Experiment, experiment } from "../lib/experiment.ts";
import { encodeImage } from "../lib/image/encode.ts";
import { lareList } from "../lib/layouts/lare_list.ts";
import { binaryCrossEntropy } from "../lib/losses/mod.ts";
import { type Clip, clip, mlp } from "../lib/models/mod.ts";
import { clipVocabulary } from "../lib/models/weights_table.ts";
import { adamW } from "../lib/optimizers/adamw.ts";
import { random } from "../lib/random.ts";
import { constant } from "../lib/schedules/mod.ts";

const side = 12;

/** Numbers that the vocabulary knows: letters within a word and at its end, start and end. */
export const letters = 54;

/** Writes a vocabulary that knows letters alone where `--weights` expects CLIP's. */
export async function writeVocabulary(weights: string): Promise<void> {
  const { repo } = clipVocabulary;
  await Deno.mkdir(`${weights}/${repo}`, { recursive: true });
  const plain = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i));
  const pieces = [...plain, ...plain.map((letter) => `${letter}</w>`), "<|startoftext|>", "<|endoftext|>"];
  const vocabulary = Object.fromEntries(pieces.map((piece, i) => [piece, i]));
  await Deno.writeTextFile(`${weights}/${repo}/vocab.json`, JSON.stringify(vocabulary));
  await Deno.writeTextFile(`${weights}/${repo}/merges.txt`, "#version: 0.2\n");
}

/**
 * Writes pictures of noise and lists of them, "train", "test" and "bare": a photograph and a fake of each of `count`
 * classes. In "train" and "test" the names tell classes of ImageNet, tenches for photographs and sharks for fakes, so that
 * captions alone give fakes away; in "bare" they tell none.
 */
export async function writeCaptionedWorld(data: string, { count = 12 } = {}): Promise<void> {
  for (const list of ["train", "test", "bare"]) {
    await Deno.mkdir(`${data}/${list}`, { recursive: true });
    const lines: string[] = [];
    for (const label of [0, 1]) {
      for (let i = 0; i < count; i++) {
        const word = list === "bare" ? "picture" : label === 1 ? "2" : "0";
        const file = `${list}/${word}_sdv5_${label}${String(i).padStart(3, "0")}.png`;
        const draw = random(1, "captioned", file);
        const data_ = Uint8Array.from({ length: side * side * 3 }, () => draw.integer(256));
        await Deno.writeFile(
          `${data}/${file}`,
          await encodeImage({ data: data_, width: side, height: side }, { format: "png" }),
        );
        lines.push(`${file}\t${label}`);
      }
    }
    await Deno.writeTextFile(`${data}/${list}.txt`, `${lines.join("\n")}\n`);
  }
}

/** The image tower alone where `towers` is null. */
export function tinyClip(
  { towers = ["image", "text"], captions = null }: Partial<Pick<Clip, "towers" | "captions">> = {},
): Clip {
  return clip({
    sizes: { width: 8, layers: 1, heads: 2, hidden: 12, image: 8, patch: 4, projection: 6 },
    text: towers === null ? null : { width: 8, layers: 1, heads: 2, hidden: 12, vocabulary: letters },
    ...{ towers, captions },
  });
}

/** Robust CLIP at the size of these pictures: towers that do not learn, a perceptron that does. */
export function tinyCaptioned(
  { backbone = tinyClip(), test = ["test.txt"], epochs = 10 }: {
    readonly backbone?: Clip;
    readonly test?: readonly string[];
    readonly epochs?: number;
  } = {},
): Experiment {
  return experiment({
    name: "captioned",
    data: {
      train: [lareList({ lists: ["train.txt"] })],
      validation: [lareList({ lists: ["test.txt"] })],
      test: [lareList({ lists: test })],
    },
    view: square({ size: 8 }),
    model: { backbone, head: mlp({ widths: [8], dropout: 0 }) },
    trainable: { lastStages: 0 },
    loss: { classification: binaryCrossEntropy() },
    // a bias before a batch norm has no gradient but rounding, of which a small epsilon makes whole steps
    optimizer: adamW({ rate: 3e-2, epsilon: 1e-4 }),
    schedule: constant(),
    batch: { size: 12 },
    epochs,
    select: { metric: "last" },
  });
}
