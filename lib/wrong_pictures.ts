/** The images that a run got most wrong, fetched from where they lie. */
import { seenImage } from "./data/pixels.ts";
import { encodeImage } from "./image/encode.ts";
import { readSamples } from "./layouts/mod.ts";
import { mostWrong, type WrongPicture } from "./report/montage.ts";
import type { RunRecord, Sample } from "./types.ts";

/** Which images, and where they are. */
export interface WrongPicturesOptions {
  /** Folder that holds the data sets by name; null: none. */
  readonly data?: string | null;
  /** How many at most; default: 15. */
  readonly count?: number;
  /** 0: photographs that were called fake alone, 1: fakes that were not, null: both. */
  readonly label?: 0 | 1 | null;
}

/**
 * The images of a run's own test sets that it got most wrong, as the network saw them, for `plot.montage`. Fewer than
 * asked for where it got fewer wrong; those of sets that were scored later are passed over.
 *
 * @throws {RangeError} when `count` is not a whole number from 1 to 200
 * @throws {Deno.errors.NotFound} when a data set is missing
 * @throws {TypeError} when an image cannot be read
 *
 * @example
 * ```ts ignore
 * plot.montage(await wrongPictures(await findRecord("dual"), { data: "data", label: 1 }));
 * ```
 */
export async function wrongPictures(
  { experiment, scores }: RunRecord,
  { data = null, count = 15, label = null }: WrongPicturesOptions = {},
): Promise<WrongPicture[]> {
  if (!Number.isInteger(count) || count < 1 || count > 200) {
    throw new RangeError(`Cannot show ${count} pictures: expected a whole number from 1 to 200`);
  }
  const worst = mostWrong(scores, scores.id.length, { label });
  const wanted = new Set(worst.map(({ id }) => id));
  const samples = new Map<string, Sample>();
  for (const layout of experiment.data.test) {
    for await (const sample of readSamples(layout, { data, split: "test" })) {
      if (wanted.has(sample.id)) samples.set(sample.id, sample);
    }
  }
  const shown = worst.flatMap((wrong) => {
    const sample = samples.get(wrong.id);
    return sample === undefined ? [] : [{ wrong, sample }];
  }).slice(0, count);
  return await Promise.all(shown.map(async ({ wrong, sample }) => {
    const image = await seenImage({ file: sample.file, stream: null }, experiment);
    const png = await encodeImage(image, { format: "png" });
    return { ...wrong, source: `data:image/png;base64,${png.toBase64()}` };
  }));
}
