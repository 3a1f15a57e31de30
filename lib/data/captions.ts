/** Captions of images as the numbers that a text tower takes. */
// B samples · T numbers of a caption
import { tensor, type Tensor2D } from "../engine/ops.ts";
import { captionsOf, type Model } from "../models/model.ts";
import { plural } from "../report/text.ts";
import type { Sample, Split } from "../types.ts";

/**
 * The captions of samples, what is missing read as the empty text: [B, T] int32, which the caller owns.
 *
 * @param rows of the tensor, those without a sample empty texts; left out: as many as samples
 */
export type ReadCaptions = (samples: readonly Pick<Sample, "id" | "caption">[], rows?: number) => Tensor2D;

/**
 * What reads the captions of images for a model; null where it reads none.
 *
 * @param weights folder of weights, in which the vocabulary is looked for before the cache of the hub; null: none
 * @throws {Deno.errors.NotFound} when the vocabulary is not there
 */
export async function openCaptions(
  model: Pick<Model, "backbone">,
  weights: string | null,
): Promise<ReadCaptions | null> {
  const wanted = captionsOf(model);
  if (wanted === null) return null;
  const { length, vocabulary, texts } = wanted;
  const { clipTextTokenizer } = await import("../models/clip_tokenizer.ts"); // few definitions read captions
  const tokenizer = await clipTextTokenizer(weights, { texts });
  return (samples, rows = samples.length) => {
    const values = new Int32Array(rows * length);
    for (let i = 0; i < rows; i++) {
      const numbers = tokenizer.encode(samples[i]?.caption ?? "", { length });
      const foreign = numbers.find((number) => number >= vocabulary);
      if (foreign !== undefined) {
        throw new RangeError(
          `Cannot read the caption of "${
            samples[i]?.id
          }": the vocabulary gives the number ${foreign}, the text tower ` +
            `knows ${vocabulary} from 0 on. Give the vocabulary that it was trained with`,
        );
      }
      values.set(numbers, i * length);
    }
    return tensor(values, [rows, length], "int32") as Tensor2D;
  };
}

/** Splits, and what their samples are for. */
const purposes: Readonly<Record<Split, string>> = {
  train: "to train on",
  validation: "to validate on",
  test: "to test on",
};

/**
 * Refuses samples without a caption where a model needs one; where it reads the empty text instead, tells how many.
 *
 * @param given `name` of the definition; `verb`, what is to be done, as "run"; `tell`, who hears of those that are read
 * as empty
 * @throws {RangeError} with how many of each split lack one, and the first of them
 */
export function checkCaptions(
  model: Pick<Model, "backbone">,
  samples: Partial<Readonly<Record<Split, readonly Sample[]>>>,
  { name, verb, tell }: { readonly name: string; readonly verb: string; readonly tell: (what: string) => void },
): void {
  const wanted = captionsOf(model);
  if (wanted === null) return;
  const lacking = Object.entries(samples).flatMap(([split, all]) => {
    const bare = all.filter(({ caption }) => caption === null);
    return bare.length === 0 ? [] : [{ split: split as Split, bare, all }];
  });
  if (lacking.length === 0) return;
  const counts = lacking.map(({ split, bare, all }) =>
    `${bare.length} of ${plural(all.length, "sample")} ${purposes[split]}`
  ).join(", ");
  if (wanted.missing === "empty") return tell(`Without a caption, and read as the empty text: ${counts}`);
  throw new RangeError(
    `Cannot ${verb} "${name}": its network reads captions, and there are none of ${counts}, the first ` +
      `"${lacking[0].bare[0].id}". Take data sets that have captions, as elsaD3() and pocket(), or define it with ` +
      'captions: "empty" in "model.backbone"',
  );
}
