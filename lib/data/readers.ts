/**
 * Who fills the rows of batches: this thread, or others beside it. Their number changes how long it takes and nothing
 * else.
 *
 * sharp decodes in threads of its own anyway. Workers are for what happens in JavaScript, augmentations above all, and
 * for the time in which a training step keeps this thread from starting the next image.
 */
import { Worker } from "node:worker_threads";
import { type Image, UnreadableImage } from "../image/decode.ts";
import { fillRow, rowLength, seenImage, type Treatment, type Wanted } from "./pixels.ts";
import type { Answer, Order } from "./reading_worker.ts";

/** Values of the rows of a batch, one after the other. */
export type Rows = Float32Array<ArrayBuffer>;

/** Fills rows; disposed when there are no more. */
export interface Readers extends Disposable {
  /** Other threads that work for it. */
  readonly workers: number;
  /**
   * Fills row `at[i]` with what is seen of `wanted[i]`, a few at a time.
   *
   * @returns why each could not be read, null where it could; such a row holds nothing of use
   * @throws as {@linkcode seenImage} and {@linkcode fillRow} for whatever else goes wrong, once no row is being filled any more
   */
  fill(rows: Rows, wanted: readonly Wanted[], how: Filling): Promise<(string | null)[]>;
}

/** What is done to the images, and where they go. */
export interface Filling {
  readonly treatment: Treatment;
  /** Left out: row i. */
  readonly at?: readonly number[];
}

/** Images that a thread has in hand at once: while sharp decodes one, the thread works on another. */
const IN_HAND = 2;

/** Most threads that are started unasked: more than these no disk and no network step keeps busy. */
const MOST = 8;

/**
 * Least images that are worth a start of workers unasked: a worker takes 0.2 s to start, and an image 5 ms and more.
 */
const LEAST_IMAGES = 2000;

/** Memory of rows that nobody uses, to be used again, the newest last. */
const free: Rows[] = [];

/** As many as wait to be used again; more are left to the collector. */
const MOST_FREE = 8;

/**
 * Rows for so many images of a sight; what stands in them is of earlier ones. Whoever takes them gives them back with
 * {@linkcode freeRows}.
 *
 * Not a new piece of memory for each batch, which would wait for the collector; and not shared with the workers, since
 * Deno 2.9.6 takes 14 ms to post a view of 38 MB, where 8-bit pixels of one image come back in a fraction of one.
 */
export function takeRows(count: number, treatment: Treatment): Rows {
  const length = count * rowLength(treatment);
  const at = free.findLastIndex((rows) => rows.length === length);
  return at < 0 ? new Float32Array(length) : free.splice(at, 1)[0];
}

/** Gives rows back that no tensor and no thread looks at any more. */
export function freeRows(rows: Rows): void {
  free.push(rows);
  if (free.length > MOST_FREE) free.shift();
}

/**
 * How many workers a run takes unasked: one for each core, none where there are few images, or where they are
 * rectangles of sheets, which every thread would decode for itself.
 *
 * @param files of the training split, `images` that the run will read in all, `cores` that are its own
 */
export function workersFor(
  { files, images, cores = navigator.hardwareConcurrency }: {
    readonly files: Iterable<string>;
    readonly images: number;
    readonly cores?: number;
  },
): number {
  if (images < LEAST_IMAGES || cores < 2) return 0;
  for (const file of files) if (file.includes("#xywh=")) return 0;
  return Math.min(cores, MOST);
}

/** The thread that asks. Needs no disposing. */
export const thisThread: Readers = {
  workers: 0,
  fill: (rows, wanted, filling) =>
    several(wanted, IN_HAND * navigator.hardwareConcurrency, async (each, i) => {
      put(await seenImage(each, filling.treatment), { rows, i, wanted: each, filling });
    }),
  [Symbol.dispose]() {},
};

/**
 * Starts readers.
 *
 * @param workers threads beside this one; 0: this one does it
 */
export function openReaders(workers: number): Readers {
  if (workers === 0) return thisThread;
  const threads = Array.from({ length: workers }, startThread);
  let next = 0;
  return {
    workers,
    fill: (rows, wanted, filling) =>
      several(wanted, IN_HAND * workers, async (each, i) => {
        const { view, augment } = filling.treatment;
        const image = await leastBusy(threads, next++).see({ wanted: each, treatment: { view, augment } });
        put(image, { rows, i, wanted: each, filling });
      }),
    [Symbol.dispose]() {
      for (const thread of threads) thread.end();
    },
  };
}

/** Puts what was seen into its row. */
function put(
  image: Image,
  { rows, i, wanted: { file }, filling: { treatment, at } }: {
    readonly rows: Rows;
    readonly i: number;
    readonly wanted: Wanted;
    readonly filling: Filling;
  },
): void {
  const length = rowLength(treatment);
  const row = at?.[i] ?? i;
  fillRow(rows.subarray(row * length, (row + 1) * length), image, { file, sight: treatment });
}

interface Thread {
  /** Orders that it has not answered. */
  readonly busy: () => number;
  see(order: Omit<Order, "number">): Promise<Image>;
  end(): void;
}

function startThread(): Thread {
  const worker = new Worker(new URL("./reading_worker.ts", import.meta.url));
  worker.unref(); // a script ends where it ends, whoever forgot to dispose
  const open = new Map<number, PromiseWithResolvers<Image>>();
  let count = 0;
  worker.on("message", (answer: Answer) => {
    const { resolve, reject } = open.get(answer.number)!;
    open.delete(answer.number);
    if (open.size === 0) worker.unref();
    if ("image" in answer) resolve(answer.image);
    else reject(rebuilt(answer.error));
  });
  worker.on("error", (cause) => {
    const error = new Error(`Cannot read images: a worker ended (${cause})`, { cause });
    for (const { reject } of open.values()) reject(error);
    open.clear();
  });
  return {
    busy: () => open.size,
    see(order) {
      const answer = Promise.withResolvers<Image>();
      if (open.size === 0) worker.ref();
      open.set(++count, answer);
      worker.postMessage({ number: count, ...order } satisfies Order);
      return answer.promise;
    },
    end: () => void worker.terminate(),
  };
}

/** Those that have the same to do take turns. */
function leastBusy(threads: readonly Thread[], turn: number): Thread {
  let best = threads[turn % threads.length];
  for (const thread of threads) if (thread.busy() < best.busy()) best = thread;
  return best;
}

/** An error as the worker had it: its kind is what callers look at. */
function rebuilt({ name, message }: { readonly name: string; readonly message: string }): Error {
  if (name === UnreadableImage.name) return new UnreadableImage(message);
  if (name === "NotFound") return new Deno.errors.NotFound(message);
  if (name === "RangeError") return new RangeError(message);
  if (name === "TypeError") return new TypeError(message);
  return new Error(message);
}

/** Works on all, `most` at a time; afterwards throws the first error that is not of an unreadable image. */
async function several(
  wanted: readonly Wanted[],
  most: number,
  work: (each: Wanted, i: number) => Promise<void>,
): Promise<(string | null)[]> {
  const reasons: (string | null)[] = wanted.map(() => null);
  const failures: unknown[] = [];
  let next = 0;
  const hand = async (): Promise<void> => {
    while (next < wanted.length && failures.length === 0) {
      const i = next++;
      try {
        await work(wanted[i], i);
      } catch (error) {
        if (error instanceof UnreadableImage) reasons[i] = error.message;
        else failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: most }, hand));
  if (failures.length > 0) throw failures[0];
  return reasons;
}
