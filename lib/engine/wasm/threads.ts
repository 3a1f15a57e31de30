/**
 * The house's own threads: one job at a time, cut into numbered chunks that the caller and the workers take one after
 * another. Which thread does a chunk changes nothing in it.
 */
import { Worker } from "node:worker_threads";
import type { Heap } from "./heap.ts";

/** How a kernel's work is cut. */
export interface Work {
  /** Number of rows, images, floats … that the kernel's range counts. */
  readonly items: number;
  /** Items of one chunk. */
  readonly per: number;
  /** Bytes that each thread needs beside the tensors. */
  readonly scratch?: number;
  /** Do it all on the calling thread: too small to wake another. */
  readonly alone?: boolean;
}

/** Calls kernels. */
export interface Threads {
  readonly count: number;
  /** The module's functions that are no kernels: sizes of scratch. */
  readonly sizes: Readonly<Record<string, (...args: number[]) => number>>;
  /** Runs a kernel over all of its work and returns when it is done. */
  run(kernel: string, args: readonly number[], work: Work): void;
  /** Memory for partial sums, valid until the next call. */
  partials(bytes: number): number;
  /** Ends the workers; nothing runs afterwards. */
  close(): void;
}

/** Words of the control block, Int32. */
export const Word = {
  generation: 0,
  /** generation ≪ 8 | chunks left: one word, so that a late worker never takes a chunk of a job it has not read. */
  ticket: 1,
  done: 2,
  chunks: 3,
  kernel: 4,
  argumentCount: 5,
  items: 6,
  per: 7,
  failed: 8,
  scratch: 16,
} as const;
/** Where in the control block the arguments stand, in bytes; float64. */
export const ARGUMENTS = 512;
const MOST_ARGUMENTS = 32;
/** Chunks that the ticket's low byte can count. */
export const MOST_CHUNKS = 255;
/** Threads whose scratch the control block has room for. */
export const MOST_THREADS = 64;
const spins = 2000; // about 20 µs: longer than most gaps between kernels, shorter than a scheduler's slice

/** What a worker gets to begin with. */
export interface Start {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
  readonly thread: number;
}

/** The exports of the kernel module in one order for all threads. */
export type Kernels = Record<string, (...args: number[]) => number>;

/** Instantiates the kernels on a heap. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as Kernels;
}

/** A chunk of a job, the last ones first, or −1 when all are taken or the job is over. */
export function take(words: Int32Array, generation: number): number {
  for (;;) {
    const ticket = Atomics.load(words, Word.ticket);
    const left = ticket & 0xff;
    if (ticket >> 8 !== (generation << 8) >> 8 || left === 0) return -1;
    if (Atomics.compareExchange(words, Word.ticket, ticket, ticket - 1) === ticket) return left - 1;
  }
}

/** Starts `count` − 1 workers on the kernels of `module`. */
export async function startThreads(count: number, module: WebAssembly.Module, heap: Heap): Promise<Threads> {
  const kernels = instantiate(module, heap.memory);
  const numbers = new Map(Object.keys(kernels).map((name, i) => [name, i]));
  const control = new SharedArrayBuffer(ARGUMENTS + 8 * MOST_ARGUMENTS);
  const words = new Int32Array(control, 0, ARGUMENTS / 4);
  const values = new Float64Array(control, ARGUMENTS, MOST_ARGUMENTS);
  const workers = await Promise.all(
    Array.from({ length: count - 1 }, (_, i) => startWorker({ module, memory: heap.memory, control, thread: i + 1 })),
  );
  const scratch = new Array<number>(count).fill(0);
  let scratchBytes = 0;
  let partialBytes = 0;
  let partials = 0;
  let generation = 0;

  const reserve = (bytes: number): void => {
    if (bytes <= scratchBytes) return;
    for (let t = 0; t < count; t++) {
      if (scratch[t] !== 0) heap.free(scratch[t]);
      scratch[t] = 0;
    }
    scratchBytes = 0;
    for (let t = 0; t < count; t++) scratch[t] = heap.allocate(bytes);
    scratchBytes = bytes;
    for (let t = 0; t < count; t++) words[Word.scratch + t] = scratch[t];
  };

  const share = (kernel: string, args: readonly number[], { items, per }: Work, chunks: number): void => {
    generation++;
    for (let i = 0; i < args.length; i++) values[i] = args[i];
    words[Word.kernel] = numbers.get(kernel)!;
    words[Word.argumentCount] = args.length;
    words[Word.items] = items;
    words[Word.per] = per;
    words[Word.chunks] = chunks;
    Atomics.store(words, Word.done, 0);
    Atomics.store(words, Word.ticket, (generation << 8) | chunks);
    Atomics.store(words, Word.generation, generation);
    Atomics.notify(words, Word.generation, chunks - 1);
    let trap: unknown = null;
    for (let chunk = take(words, generation); chunk >= 0; chunk = take(words, generation)) {
      try {
        kernels[kernel](...args, chunk * per, Math.min(items, (chunk + 1) * per), chunk, scratch[0]);
      } catch (error) {
        trap = error; // thrown when nobody works on this job any more: a late worker would count for the next one
      }
      Atomics.add(words, Word.done, 1);
    }
    for (let spin = 0;; spin++) {
      const done = Atomics.load(words, Word.done);
      if (done >= chunks) break;
      if (spin > spins) Atomics.wait(words, Word.done, done, 1);
    }
    if (trap !== null) throw trap;
    if (words[Word.failed] !== 0) {
      const thread = words[Word.failed];
      words[Word.failed] = 0;
      throw new Error(`Cannot finish kernel "${kernel}": thread ${thread} failed, its words are above`);
    }
  };

  return {
    count,
    sizes: kernels,
    run: (kernel, args, work) => {
      if (work.items === 0) return;
      reserve(work.scratch ?? 64);
      const chunks = Math.ceil(work.items / work.per);
      if (chunks > MOST_CHUNKS) {
        throw new RangeError(`Cannot run "${kernel}" in ${chunks} chunks: at most ${MOST_CHUNKS}`);
      }
      if (count > 1 && chunks > 1 && work.alone !== true) return share(kernel, args, work, chunks);
      const call = kernels[kernel];
      for (let chunk = 0; chunk < chunks; chunk++) {
        call(...args, chunk * work.per, Math.min(work.items, (chunk + 1) * work.per), chunk, scratch[0]);
      }
    },
    partials: (bytes) => {
      if (bytes > partialBytes) {
        if (partials !== 0) heap.free(partials);
        // before what may throw: the same memory must not be freed again by the next call
        partials = partialBytes = 0;
        partials = heap.allocate(bytes);
        partialBytes = bytes;
      }
      return partials;
    },
    close: () => {
      words[Word.kernel] = -1;
      Atomics.add(words, Word.generation, 1);
      Atomics.notify(words, Word.generation);
      for (const worker of workers) worker.terminate();
    },
  };
}

/** A worker that does not keep the process alive: a script ends where it ends, whether it closed the backend or not. */
function startWorker(start: Start): Promise<Worker> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url));
  return new Promise((resolve, reject) => {
    worker.once("message", () => {
      worker.unref();
      resolve(worker);
    });
    worker.once(
      "error",
      (error) => reject(new Error(`Cannot start thread ${start.thread}: ${error}`, { cause: error })),
    );
    worker.postMessage(start);
  });
}
