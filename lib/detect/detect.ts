/** Photographs judged one after the other by a detector. */
import { dirname, relative } from "node:path";
import { type Backend, type BackendName, useBackend } from "../engine/backend.ts";
import { tensor, type Tensor4D } from "../engine/ops.ts";
import { disposeTree } from "../engine/tree.ts";
import { fakeProbability, forwardModel, seesErrors } from "../models/model.ts";
import type { Image } from "../image/decode.ts";
import { fillNormalised } from "../image/normalise.ts";
import type { Label, RunRecord, Sample } from "../types.ts";
import type { Detector } from "./detector.ts";
import { explanationPath, type ImageGiven, imagesAt, type Read, readImage, Refused } from "./images.ts";
import { verdictOf } from "./judgement.ts";
import { isOpen, openDetector } from "./open.ts";
import { inPasses, pooled, type Pooling, refuseUncut, type Squares, squaresHeat } from "./squares.ts";
import { outside } from "./tested.ts";

export type { ImageGiven } from "./images.ts";

/** How images are judged. */
export interface DetectOptions {
  /** Folder of runs, in which a run is found. */
  readonly runs?: string;
  /** Folder of weights, in which published detectors lie under their names, and the vocabulary of captions; null: none. */
  readonly weights?: string | null;
  /** Folder of error maps and residuals that were made of the images before. */
  readonly artifacts?: string;
  /** Folder of images that those were made of, which name them by their paths inside it; left out: that of each image. */
  readonly root?: string;
  /** Folder that holds the data sets by name, which say what a run was tested on; null: none. */
  readonly data?: string | null;
  readonly backend?: BackendName | "auto";
  /** Threads that operations run on; on wasm results do not depend on them. */
  readonly threads?: number;
  /**
   * Images are looked at in full, in squares of the view's size, and judged by the mean of their scores or by the
   * highest; left out: the middle alone. Needs a view that cuts.
   */
  readonly tiles?: Pooling;
  /** Whether a picture is written beside each image that shows where the verdict was found. */
  readonly explain?: boolean;
  /** Stops between two images. */
  readonly signal?: AbortSignal;
}

/** What a detector says of an image. */
export interface Judged {
  readonly file: string;
  /** That it is generated, 0…1. */
  readonly probability: number;
  /** At the detector's threshold. */
  readonly verdict: Label;
  /** Why the detector's error rates may not hold for it, a sentence each. */
  readonly warnings: readonly string[];
  /** The picture that explains the verdict, where one was asked for. */
  readonly explanation: string | null;
}

/** An image that could not be judged. */
export interface Unjudged {
  readonly file: string;
  readonly error: string;
}

/** What came of an image. */
export type Detection = Judged | Unjudged;

/**
 * Judges images: how probable it is that each is generated, and the verdict at the detector's own threshold. What cannot
 * be read is told in its place and stops nothing.
 *
 * @param model "pocket", the small one that is shipped; a finished run, by its record or its folder; a published detector
 * by its name, whose file lies in the folder of weights; or a detector that `openDetector` opened, which stays open
 * @param images a path of an image or of a folder; or several images
 * @returns in the order of the images
 * @throws {Deno.errors.NotFound} when the detector, or the only path that is given, is not there
 * @throws {RangeError} for an unknown model, a run that cannot do without captions, a folder without images, or tiles
 * where the detector does not cut images
 * @throws {DOMException} "AbortError" when `signal` stops it
 *
 * @example
 * ```ts ignore
 * import { detect } from "./mod.ts";
 *
 * for await (const found of detect("pocket", "photographs")) {
 *   if ("error" in found) console.warn(found.error);
 *   else console.log(found.file, found.verdict, found.probability);
 * }
 * ```
 */
export async function* detect(
  model: string | RunRecord | Detector,
  images: string | Iterable<ImageGiven> | AsyncIterable<ImageGiven>,
  options: DetectOptions = {},
): AsyncGenerator<Detection, void> {
  const paths = typeof images === "string" ? await imagesAt(images) : null;
  const { runs = "runs", weights = null, artifacts = "artifacts", data = null } = options;
  await started(options);
  const own = isOpen(model) ? null : await openDetector(model, { runs, weights, artifacts, data });
  const detector = own ?? model as Detector;
  try {
    if (options.tiles !== undefined) refuseUncut(detector);
    const isFolder = paths !== null && paths[0] !== images;
    yield* judged(
      detector,
      paths ?? images as Iterable<ImageGiven>,
      isFolder ? { root: images as string, ...options } : options,
    );
  } finally {
    own?.[Symbol.dispose]();
  }
}

/** The backend of this process, started for a detector. */
export async function started(
  { backend = "auto", threads }: Pick<DetectOptions, "backend" | "threads">,
): Promise<Backend> {
  return await useBackend(backend, { threads });
}

/** Values of the images that are read while others are looked at: so many of 224². */
const VALUES = 8 * 224 ** 2;

/** Most images that are in hand at once, since each may be of many megabytes before the view takes its part. */
const MOST = 8;

/** Reads some images while those before them are looked at. */
async function* judged(
  detector: Detector,
  images: Iterable<ImageGiven> | AsyncIterable<ImageGiven>,
  { explain = false, root, tiles, signal }: DetectOptions,
): AsyncGenerator<Detection, void> {
  const how = { explain, tiles };
  const most = tiles === undefined ? MOST : 2; // whole photographs are held
  const count = Math.max(1, Math.min(most, Math.floor(VALUES / detector.view.size ** 2)));
  let ahead: Promise<Taken[]> | null = null;
  for await (const chunk of chunks(images, count)) {
    signal?.throwIfAborted();
    const next = Promise.all(chunk.map((each) => taken(detector, each, { root, tiled: tiles !== undefined })));
    next.catch(() => {}); // thrown where it is awaited
    if (ahead !== null) yield* looked(detector, await ahead, how);
    ahead = next;
  }
  signal?.throwIfAborted();
  if (ahead !== null) yield* looked(detector, await ahead, how);
}

async function* chunks<T>(all: Iterable<T> | AsyncIterable<T>, count: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const each of all) {
    if (chunk.push(each) < count) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** An image on its way: read, or why it was not. */
interface Taken {
  readonly given: ImageGiven;
  readonly file: string;
  readonly read: Read | Refused;
  /** As the network looks at it: with its error map. */
  readonly sample: Sample | null;
}

async function taken(
  { model, view, prepared }: Detector,
  given: ImageGiven,
  { root, tiled }: { readonly root?: string; readonly tiled: boolean },
): Promise<Taken> {
  const file = typeof given === "string" ? given : given.name;
  try {
    const sample = prepared === null ? null : await preparedSample(prepared, given, root);
    if (sample !== null && seesErrors(model)) await checkMap(sample);
    const looked = sample !== null && sample.file !== file ? sample.file : null;
    return { given, file, sample, read: await readImage(given, { view, looked, tiled }) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { given, file, sample: null, read: error };
  }
}

async function preparedSample(
  prepared: NonNullable<Detector["prepared"]>,
  given: ImageGiven,
  root?: string,
): Promise<Sample> {
  if (typeof given !== "string") {
    throw new Refused(
      `Cannot judge "${given.name}": the network looks at what a pipeline made of an image before, which is found by ` +
        "the image's path. Give a file",
    );
  }
  const about = { label: "real", split: "test", source: given, set: null, generator: null, caption: null } as const;
  try {
    const id = relative(root ?? dirname(given), given).replaceAll("\\", "/");
    return await prepared({ id, file: given, ...about });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Refused(error.message, { cause: error });
    throw error;
  }
}

/** Looks at some images at once, and tells of each. */
async function* looked(
  detector: Detector,
  taken: readonly Taken[],
  { explain, tiles = "mean" }: Pick<DetectOptions, "explain" | "tiles">,
): AsyncGenerator<Detection, void> {
  const whole = taken.filter((each): each is Whole => !(each.read instanceof Refused));
  const uncut = whole.filter(({ read }) => read.squares === null);
  const scores = uncut.length === 0 ? [] : await scoresOf(detector, uncut.map(({ read }) => read.seen), uncut);
  for (const each of taken) {
    const { file, read } = each;
    if (read instanceof Refused) {
      yield { file, error: read.message };
      continue;
    }
    const squares = read.squares === null ? null : await squareScores(detector, read.squares);
    const score = squares === null ? scores[uncut.indexOf(each as Whole)] : pooled(squares, tiles);
    const { probability, verdict } = verdictOf(detector.judgement, score);
    const warnings = [...outside(read.header, detector, { whole: squares !== null }), ...spoken(read, squares)];
    const explanation = explain ? await explained(detector, each as Whole, { verdict, squares }) : null;
    yield { file, probability, verdict, warnings, explanation };
  }
}

function spoken({ stored }: Read, squares: Float32Array | null): string[] {
  const pooledRates = "its squares were judged together; the error rates are those of one square an image";
  return [...squares === null ? [] : [pooledRates], ...stored === null ? [] : [stored]];
}

async function squareScores(detector: Detector, { images }: Squares): Promise<Float32Array> {
  return await inPasses(images, (some) => scoresOf(detector, some, []));
}

/** An image that was read. */
interface Whole extends Taken {
  readonly read: Read;
}

/** The scores of what is seen; `whole` are the images that it is of, which the maps are found by. */
async function scoresOf(
  detector: Detector,
  seen: readonly Image[],
  whole: readonly Whole[],
): Promise<Float32Array> {
  const { model, network, captions } = detector;
  const images = rowsOf(detector, seen);
  const errorMaps = seesErrors(model) ? await mapsOf(whole) : null;
  const tokens = captions?.([], seen.length) ?? null;
  const outputs = forwardModel(model, network, { images, errorMaps, ...(tokens === null ? {} : { tokens }) });
  const fake = fakeProbability(outputs.logits);
  disposeTree([images, ...Object.values(outputs), ...[errorMaps, tokens].filter((each) => each !== null)]);
  try {
    return await fake.data() as Float32Array;
  } finally {
    fake.dispose();
  }
}

/** What is seen of images as the network takes it, [B, size, size, 3]. */
function rowsOf({ view: { size }, mean, std }: Detector, seen: readonly Image[]): Tensor4D {
  const values = new Float32Array(seen.length * size * size * 3);
  for (const [i, { data }] of seen.entries()) {
    fillNormalised(values.subarray(i * size * size * 3, (i + 1) * size * size * 3), data, { mean, std });
  }
  return tensor(values, [seen.length, size, size, 3]);
}

/** Refuses an image whose error map cannot be read, so that it spoils none beside it. */
async function checkMap(sample: Sample): Promise<void> {
  const { mapRows } = await import("../data/error_maps.ts");
  const [reason] = await mapRows(1).fill([sample], [0]);
  if (reason !== null) throw new Refused(reason);
}

async function mapsOf(whole: readonly Whole[]): Promise<Tensor4D> {
  const { mapRows } = await import("../data/error_maps.ts");
  const rows = mapRows(whole.length);
  await rows.fill(whole.map(({ sample }) => sample!), whole.map((_, i) => i));
  return rows.tensor();
}

/** Writes the picture that explains a verdict; its path. */
async function explained(
  detector: Detector,
  whole: Whole,
  { verdict, squares }: { readonly verdict: Label; readonly squares: Float32Array | null },
): Promise<string> {
  const { explanationOf } = await import("./explain.ts");
  const { encodeImage } = await import("../image/encode.ts");
  const { writeAtomic } = await import("../runs/atomic.ts");
  const { seen, squares: cut } = whole.read;
  const heat = squares === null || cut === null ? null : squaresHeat(squares, cut, verdict === "fake");
  const images = rowsOf(detector, [seen]);
  try {
    const at = { images, verdict, seen, sample: whole.sample, given: whole.given, squares: heat };
    const picture = await explanationOf(detector, at);
    const path = explanationPath(whole.given);
    await writeAtomic(path, await encodeImage(picture, { format: "png" }));
    return path;
  } finally {
    images.dispose();
  }
}
