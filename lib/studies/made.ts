/** What parts make of some images of a data set, one image at a time, and how long each took. */
import { imageOf } from "../data/source.ts";
import type { OpenMaker } from "../data/lacking.ts";
import type { Maker } from "../data/making.ts";
import { makersIn } from "../data/pipeline_maker.ts";
import type { Part } from "../definition/part.ts";
import type { Image } from "../image/decode.ts";
import { type Layout, readSamples } from "../layouts/mod.ts";
import { random } from "../random.ts";
import type { Values } from "../reconstruct/values.ts";
import type { Sample, Split } from "../types.ts";

/** Which images are looked at, and with which pipelines. */
export interface StudyOptions {
  /** The data set. */
  readonly of: Layout;
  /** Of the data set; default: "test". */
  readonly split?: Split;
  /** Most images of each class and test set, drawn by the seed 1; default: 20. */
  readonly most?: number;
  /** Folder that holds the data sets by name; null: none. */
  readonly data?: string | null;
  /** Folder of pipelines, each under the name that parts have for its model; null, the default: none but "pocket". */
  readonly pipelines?: string | null;
  /** Threads on the processor; left out: one for each core. */
  readonly threads?: number;
  /** Hears after each image how many are done, of how many. */
  readonly tell?: (done: number, total: number) => void;
  /** Stops it after the image at hand. */
  readonly signal?: AbortSignal;
}

/** One image, what was made of it, and how long that took. */
export interface MadeOne {
  readonly sample: Sample;
  readonly image: Image;
  readonly result: Image | Values;
  /** Of making alone, without reading the image and loading networks. */
  readonly seconds: number;
}

/**
 * The images of a study, in the order of the data set.
 *
 * @throws {RangeError} when `most` is not a whole number of at least 1
 * @throws {Deno.errors.NotFound} when the data set is missing
 */
export async function chosenSamples(
  { of, split = "test", most = 20, data = null }: Pick<StudyOptions, "of" | "split" | "most" | "data">,
): Promise<Sample[]> {
  if (!Number.isInteger(most) || most < 1) {
    throw new RangeError(`Cannot look at ${most} images of each class: expected a whole number of at least 1`);
  }
  const samples = await Array.fromAsync(readSamples(of, { data, split }));
  const groups = Map.groupBy(samples.keys(), (i) => JSON.stringify([samples[i].label, samples[i].set]));
  const kept = [...groups].flatMap(([name, members]) => {
    const order = random(1, "study", split, name).permutation(members.length);
    return Array.from(order.subarray(0, most), (i) => members[i]);
  });
  return kept.sort((a, b) => a - b).map((i) => samples[i]);
}

/** Opens makers with the pipelines of a study. */
export function makersOf({ pipelines = null, threads }: Pick<StudyOptions, "pipelines" | "threads">): OpenMaker {
  return makersIn(pipelines, { threads });
}

/**
 * What a part makes of samples, each by itself. The networks are loaded with the first image, whose time is therefore
 * taken of a second making.
 *
 * @throws {Deno.errors.NotFound} when the pipeline, or an image, is missing
 * @throws {RangeError} when memory is too small for an image
 * @throws {DOMException} "AbortError" when `signal` stops it
 */
export async function* madeOf(
  spec: Part,
  samples: readonly Sample[],
  { open, signal }: { readonly open: OpenMaker; readonly signal?: AbortSignal },
): AsyncGenerator<MadeOne> {
  await using maker = await open(spec);
  for (const [i, sample] of samples.entries()) {
    signal?.throwIfAborted();
    const image = await imageOf(sample.file);
    if (i === 0) await timed(maker, sample, image);
    yield { sample, image, ...await timed(maker, sample, image) };
  }
}

async function timed(
  maker: Maker,
  { id, caption }: Sample,
  image: Image,
): Promise<Pick<MadeOne, "result" | "seconds">> {
  const source = { id, image, caption };
  await maker.prepare([source]);
  const began = performance.now();
  const [result] = await maker.make([source]);
  return { result, seconds: (performance.now() - began) / 1000 };
}
