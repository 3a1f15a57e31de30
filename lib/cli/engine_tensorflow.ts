import { duration } from "../report/numbers.ts";
import { progress } from "../terminal/progress.ts";
import type { Command } from "./command.ts";
import { download } from "./download.ts";
import { load } from "./places.ts";
import { print } from "./print.ts";

/** An interrupted program's exit code: 128 and the number of SIGINT. */
const INTERRUPTED = 130;

/** Builds TensorFlow's backend on this machine. */
export const engineTensorflow: Command = {
  summary: "builds the backend that computes with TensorFlow's libraries",
  help: `deno task engine:tensorflow

Downloads TensorFlow's libraries (274 MB, a wheel of pinned version and SHA-256, by pip), compiles TensorFlow.js's
addon for them, and tests it. The result, some 800 MB, lies in the user's cache folder (XDG_CACHE_HOME, or ~/.cache)
under counterproof/tensorflow and serves every checkout; deleting it there is all it takes to be rid of it.
Ctrl-C leaves nothing behind.

It needs Linux on x86-64, python3 with pip, and g++. Without it everything works on wasm. With it, runs whose
--backend is "auto" train on it, faster; what they give is near what wasm gives, and not the same bits.

Example:
  deno task engine:tensorflow`,
  values: [],
  flags: [],
  operands: [0, 0],
  async run() {
    const began = performance.now();
    using bar = progress();
    await download(["lib/engine/tensorflow/self_test.ts"], bar);
    const { buildAddon } = await load<typeof import("../engine/tensorflow/build.ts")>("lib/engine/tensorflow/build.ts");
    const controller = new AbortController();
    const stop = (): void => controller.abort();
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop);
    try {
      let last = "";
      const { version, instructions, folder, fresh } = await buildAddon({
        signal: controller.signal,
        tell: (text, done, total) => {
          if (total > 0) return bar.update(done, total, text);
          if (text !== last) bar.say(`${text[0].toUpperCase()}${text.slice(1)}`);
          last = text;
        },
      });
      bar[Symbol.dispose]();
      print(`TensorFlow ${version} works, on a processor with ${instructions.join(", ") || "none of AVX2 and later"}.`);
      print(`${fresh ? `Built in ${duration((performance.now() - began) / 1000)}` : "It was built already"}; it is in`);
      print(`  ${folder}`);
      print('Runs take it from now on ("auto"); --backend wasm is as before, and has the same bits on every machine');
      return 0;
    } catch (error) {
      if (!controller.signal.aborted) throw error;
      bar.say("Interrupted. Nothing was kept that is not whole; the same command begins anew");
      return INTERRUPTED;
    } finally {
      for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(signal, stop);
    }
  },
};
