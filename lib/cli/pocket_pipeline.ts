import { duration } from "../report/numbers.ts";
import { alignedText } from "../report/text.ts";
import type { Measured } from "../pocket/pipeline_measure.ts";
import { progress } from "../terminal/progress.ts";
import { type Command, typedAgain } from "./command.ts";
import { download, downloadLine } from "./download.ts";
import { interruptible } from "./interrupt.ts";
import { load, shown, userPath } from "./places.ts";
import { print } from "./print.ts";
import { threadsOption } from "./thread_options.ts";

type Make = typeof import("../pocket/pipeline_train.ts");
type Engine = typeof import("../engine/backend.ts");
type Layout = typeof import("../layouts/pocket.ts");

/** Trains the pipeline that is shipped under the name "pocket". */
export const pocketPipeline: Command = {
  summary: "trains the small diffusion pipeline that is shipped as pocket",
  help: `deno task pocket:pipeline [OPTIONS]

Learns the pocket world's latent diffusion, an autoencoder of four channels and a denoiser that is told a timestep
and a text, from the training photographs and their captions alone, writes it in the layout of optimum-cli export
onnx, and measures error maps and reconstructions of the validation split with it. The texts are read by the shipped
pocket/clip. About five minutes on two cores. On wasm the weights are the same to the last bit on every machine.
What is shipped stays as it is, unless --out names its folder: lib/pocket/pipelines/pocket.

  --out DIR      where it goes; its base name is the pipeline's; default: runs/pipelines/pocket
  --threads N    threads; the weights do not depend on it; default: one for each core

Examples:
  deno task pocket:pipeline
  deno task pocket:pipeline --out lib/pocket/pipelines/pocket`,
  values: ["out", "threads"],
  flags: [],
  operands: [0, 0],
  async run(given) {
    const out = userPath(given.values.out ?? "runs/pipelines/pocket");
    const threads = threadsOption(given);
    using bar = progress();
    bar.say(downloadLine(await download(["lib/pocket/pipeline_train.ts"], bar)));
    const { useBackend, closeBackend } = await load<Engine>("lib/engine/backend.ts");
    await useBackend("wasm", { threads });
    const began = performance.now();
    const kept = `The decoder's training is kept in "${shown(`${out}.trainings`)}"; go on with: ${typedAgain(given)}`;
    try {
      return await interruptible(async (signal) => {
        const { shippedWorld } = await load<Layout>("lib/layouts/pocket.ts");
        const { makePipeline } = await load<Make>("lib/pocket/pipeline_train.ts");
        const card = await makePipeline({
          photographs: `${shippedWorld}/photographs`,
          ...{ out, signal },
          tell: ({ name, step, steps, error }) =>
            bar.update(step, steps, `${name} ${step} of ${steps}, mean squared error ${error.toFixed(4)}`),
        });
        bar[Symbol.dispose]();
        print(measuredText(card.measured));
        print(`It took ${duration((performance.now() - began) / 1000)}\n  ${shown(out)}`);
        return 0;
      }, { kept, progress: bar });
    } finally {
      closeBackend();
    }
  },
};

function measuredText({ psnr, errors }: Measured): string {
  const column = (title: string, of: (row: Measured["errors"][number]) => string) => ({
    title,
    cells: errors.map(of),
    right: true,
  });
  const table = alignedText([
    column("timestep", ({ step }) => `${step}`),
    column("error of photographs", ({ real }) => real.toFixed(4)),
    column("of fakes", ({ fake }) => fake.toFixed(4)),
    column("AUC of the mean error", ({ auc }) => auc.toFixed(3)),
    column("fakes below their source %", ({ below }) => (100 * below).toFixed(1)),
  ]);
  return `${table}\n\nThe autoencoder gives photographs back with ${psnr.real} dB, fakes with ${psnr.fake} dB`;
}
