/** One thread: waits for a job, takes chunks of it until none is left, waits again. */
import { parentPort } from "node:worker_threads";
import { ARGUMENTS, instantiate, type Start, take, Word } from "./threads.ts";

const spins = 2000; // as the caller's in threads.ts

parentPort!.once("message", ({ module, memory, control, thread }: Start): void => {
  const kernels = instantiate(module, memory);
  const names = Object.keys(kernels);
  const words = new Int32Array(control, 0, ARGUMENTS / 4);
  const values = new Float64Array(control, ARGUMENTS);
  parentPort!.postMessage("ready");
  for (let generation = 0;;) {
    for (let spin = 0; Atomics.load(words, Word.generation) === generation; spin++) {
      if (spin > spins) Atomics.wait(words, Word.generation, generation);
    }
    generation = Atomics.load(words, Word.generation);
    if (words[Word.kernel] < 0) break;
    // read before the first chunk is taken: having it proves that the job is still this one
    const kernel = kernels[names[words[Word.kernel]]];
    const args = Array.from(values.subarray(0, words[Word.argumentCount]));
    const { [Word.items]: items, [Word.per]: per, [Word.chunks]: chunks } = words;
    const scratch = words[Word.scratch + thread] >>> 0;
    for (let chunk = take(words, generation); chunk >= 0; chunk = take(words, generation)) {
      try {
        kernel(...args, chunk * per, Math.min(items, (chunk + 1) * per), chunk, scratch);
      } catch (error) {
        // deno-lint-ignore no-console -- a worker has no other way to say it
        console.error(error);
        words[Word.failed] = thread;
      }
      if (Atomics.add(words, Word.done, 1) + 1 === chunks) Atomics.notify(words, Word.done);
    }
  }
});
