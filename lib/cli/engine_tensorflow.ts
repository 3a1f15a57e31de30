import { dirname } from "node:path";
import { type FoundGpu, NEEDED_DRIVER } from "../engine/tensorflow/gpu.ts";
import { duration } from "../report/numbers.ts";
import { progress } from "../terminal/progress.ts";
import type { Command } from "./command.ts";
import { download } from "./download.ts";
import { exitCodes } from "./help.ts";
import { load } from "./places.ts";
import { print } from "./print.ts";

/** What became of the graphics card that a build is for. */
function cardLine({ gpu, why }: FoundGpu): string {
  if (gpu !== null) return `It computes on ${gpu.name}, with ${(gpu.memory / 1e9).toFixed(1)} GB.`;
  return `It computes on the processor: ${why}. For more it needs ${NEEDED_DRIVER}; the build is ready for it.`;
}

/** Builds TensorFlow's backend on this machine. */
export const engineTensorflow: Command = {
  summary: "builds the backend that computes with TensorFlow's libraries",
  help: `deno task engine:tensorflow [OPTIONS]

Downloads TensorFlow's libraries (274 MB, a wheel of pinned version and SHA-256, by pip), compiles TensorFlow.js's
addon for them, and tests it. The result, some 800 MB, lies in the user's cache folder (XDG_CACHE_HOME, or ~/.cache)
under counterproof/tensorflow and serves every checkout; deleting it there is all it takes to be rid of it.
Ctrl-C leaves nothing behind.

  --gpu   the build for NVIDIA's graphics cards, with NVIDIA's libraries for CUDA 12.5 under their own licences:
          2.5 GB to download, 4.0 GB on disk. It stands beside the other, and runs take it where a card answers

It needs Linux on x86-64, python3 with pip, and g++; --gpu is for ${NEEDED_DRIVER}, and without one
computes on the processor. Without either everything works on wasm. With one, runs whose --backend is "auto" train
on it, faster; what they give is near what wasm gives, and not the same bits.

Examples:
  deno task engine:tensorflow
  deno task engine:tensorflow --gpu`,
  values: [],
  flags: ["gpu"],
  operands: [0, 0],
  async run({ flags }) {
    const began = performance.now();
    using bar = progress();
    await download(["lib/engine/tensorflow/self_test.ts"], bar);
    const { buildAddon } = await load<typeof import("../engine/tensorflow/build.ts")>("lib/engine/tensorflow/build.ts");
    const { chosenAddon } = await load<typeof import("../engine/tensorflow/installed.ts")>(
      "lib/engine/tensorflow/installed.ts",
    );
    const controller = new AbortController();
    const stop = (): void => controller.abort();
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop);
    try {
      let last = "";
      const { version, instructions, card, folder, fresh } = await buildAddon({
        build: flags.gpu ? "gpu" : "cpu",
        signal: controller.signal,
        tell: (text, done, total) => {
          if (total > 0) return bar.update(done, total, text);
          if (text !== last) bar.say(`${text[0].toUpperCase()}${text.slice(1)}`);
          last = text;
        },
      });
      bar[Symbol.dispose]();
      print(`TensorFlow ${version} works, on a processor with ${instructions.join(", ") || "none of AVX2 and later"}.`);
      if (card !== null) print(cardLine(card));
      print(`${fresh ? `Built in ${duration((performance.now() - began) / 1000)}` : "It was built already"}; it is in`);
      print(`  ${folder}`);
      const chosen = chosenAddon();
      print(
        chosen !== null && dirname(chosen.file) === folder
          ? 'Runs take it from now on ("auto"); --backend wasm is as before, and has the same bits on every machine'
          : `Runs take the other build that is here, ${chosen?.why}`,
      );
      return 0;
    } catch (error) {
      if (!controller.signal.aborted) throw error;
      bar.say("Interrupted. Nothing was kept that is not whole; the same command begins anew");
      return exitCodes.interrupted;
    } finally {
      for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(signal, stop);
    }
  },
};
