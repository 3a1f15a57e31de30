/** Photographs judged one after the other by a detector. */
import { type Backend, type BackendName, useBackend } from "../engine/backend.ts";
import type { Label, RunRecord } from "../types.ts";
import type { Detector } from "./detector.ts";
import { type ImageGiven, imagesAt } from "./images.ts";
import { looked, type Taken, taken } from "./look.ts";
import { isOpen, openDetector } from "./open.ts";
import { type Pooling, refuseUncut } from "./squares.ts";

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
  /** What operations run on; default "auto", for the shipped detector wasm. */
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
  /** Path of the image, or what it was called. */
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
  /** Path of the image, or what it was called. */
  readonly file: string;
  /** Why it could not be read. */
  readonly error: string;
}

/** What came of an image. */
export type Detection = Judged | Unjudged;

/**
 * Judges images: how probable it is that each is generated, and the verdict at the detector's own threshold. What cannot
 * be read is told in its place and stops nothing.
 *
 * @param model "pocket", the small one that is shipped; a finished run, by its record or its folder; the folder of an
 * exported detector; a published detector by its name, whose file lies in the folder of weights; or a detector that
 * `openDetector` opened, which stays open
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
