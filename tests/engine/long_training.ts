/**
 * Trains the small network of `training.ts` for a while and prints what the process holds after a quarter of the
 * steps, when everything is warm, and at the end: backend, steps, and "compiled" where they are to be replayed.
 *
 * V8 is to be told `--expose-gc` and a young generation of one size ({@linkcode v8Flags}). Otherwise resident memory
 * grows by garbage between two collections (1.4 KB for a replayed step), and once by 16 MB when that generation does.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type BackendName, closeBackend, heapBytes, useBackend } from "../../lib/engine/backend.ts";
import { trainer } from "./training.ts";

/** For a process whose memory is to be compared. */
export function v8Flags(backend: BackendName): string {
  // a thread of wasm is an isolate with a young generation of its own, and takes a thousand steps to fill 16 MB
  const megabytes = backend === "wasm" ? 1 : 16;
  return `--v8-flags=--expose-gc,--min-semi-space-size=${megabytes},--max-semi-space-size=${megabytes}`;
}

/** What a process holds. */
export interface Held {
  /** Of TensorFlow.js; of TensorFlow, where that is the backend. */
  readonly tensors: readonly [number, number];
  /** In use on V8's heap, in bytes. */
  readonly heap: number;
  /** On the backend's own heap, in bytes. */
  readonly backendHeap: number;
  /** Memory of the whole process, in bytes. */
  readonly resident: number;
}

/** What the program prints. */
export interface LongTraining {
  /** Before the first step and before the last. */
  readonly losses: readonly [number, number];
  /** After a quarter of the steps, and at the end. */
  readonly found: readonly Held[];
}

const collect = (): void => (globalThis as unknown as { gc(): void }).gc();

async function held(): Promise<Held> {
  // finalizers run in a turn of their own, and free what the second collection then finds
  for (let i = 0; i < 2; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const backend = tf.backend() as unknown as { getNumOfTFTensors?(): number };
  const { heapUsed, rss } = Deno.memoryUsage();
  return {
    tensors: [tf.memory().numTensors, backend.getNumOfTFTensors?.() ?? 0],
    heap: heapUsed,
    backendHeap: heapBytes(),
    resident: rss,
  };
}

if (import.meta.main) {
  const [backend, steps, how] = Deno.args;
  // the smallest activation of a batch is 24 KB, so that losing one at every step shows; cpu takes seconds for that, and
  // webgpu does where it is software
  const isSlow = backend === "cpu" || backend === "webgpu";
  const sizes = isSlow ? { batch: 1, size: 16 } : { batch: 4, size: 32 };
  await useBackend(backend as BackendName, isSlow ? {} : { threads: 2 });
  const { step, dispose } = trainer({ ...sizes, compiled: how === "compiled" });
  const first = step();
  const found: Held[] = [];
  let loss = first;
  for (let i = 2; i <= Number(steps); i++) {
    loss = step();
    if (i % Math.min(50, Number(steps) / 8) === 0) collect();
    if (i === Number(steps) / 4 || i === Number(steps)) found.push(await held());
  }
  dispose();
  // deno-lint-ignore no-console -- this program's only output
  console.log(JSON.stringify({ losses: [first, loss], found } satisfies LongTraining));
  closeBackend();
}
