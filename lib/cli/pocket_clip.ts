import { duration } from "../report/numbers.ts";
import { alignedText } from "../report/text.ts";
import { progress } from "../terminal/progress.ts";
import type { Retrieval } from "../pocket/clip_retrieval.ts";
import { type Command, typedAgain } from "./command.ts";
import { download, downloadLine } from "./download.ts";
import { interruptible } from "./interrupt.ts";
import { load, shown, userPath } from "./places.ts";
import { print } from "./print.ts";
import { threadsOption } from "./thread_options.ts";

type Make = typeof import("../pocket/clip_train.ts");
type Engine = typeof import("../engine/backend.ts");
type Layout = typeof import("../layouts/pocket.ts");

/** Trains the CLIP that is shipped under the name "pocket/clip". */
export const pocketClip: Command = {
  summary: "trains the small CLIP that is shipped as pocket/clip",
  help: `deno task pocket:clip [OPTIONS]

Learns the pocket world's CLIP, an image tower and a text tower with a vocabulary of its own, from the training
photographs and their captions alone, measures how well it finds captions of training and validation photographs,
and writes weights, vocabulary and the card that tells all of it. About five minutes on two cores. On wasm the
weights are the same to the last bit on every machine. What is shipped stays as it is, unless --out names its
folder: lib/pocket/clip.

  --out DIR      where it goes; default: runs/pocket-clip
  --threads N    threads; the weights do not depend on it; default: one for each core

Examples:
  deno task pocket:clip
  deno task pocket:clip --out lib/pocket/clip`,
  values: ["out", "threads"],
  flags: [],
  operands: [0, 0],
  async run(given) {
    const out = userPath(given.values.out ?? "runs/pocket-clip");
    const threads = threadsOption(given);
    using bar = progress();
    bar.say(downloadLine(await download(["lib/pocket/clip_train.ts"], bar)));
    const { useBackend, closeBackend } = await load<Engine>("lib/engine/backend.ts");
    await useBackend("wasm", { threads });
    const began = performance.now();
    try {
      return await interruptible(async (signal) => {
        const { shippedWorld } = await load<Layout>("lib/layouts/pocket.ts");
        const { makeClip } = await load<Make>("lib/pocket/clip_train.ts");
        const card = await makeClip({
          photographs: `${shippedWorld}/photographs`,
          ...{ out, signal },
          tell: ({ step, steps, loss }) => bar.update(step, steps, `step ${step} of ${steps}, loss ${loss.toFixed(3)}`),
        });
        bar[Symbol.dispose]();
        const { retrieval } = card.measured as { retrieval: Readonly<Record<string, Retrieval>> };
        print(`${retrievalText(retrieval)}\n\n${card.about.join("\n")}`);
        print(`It took ${duration((performance.now() - began) / 1000)}\n  ${shown(out)}`);
        return 0;
      }, { kept: `Nothing of it is kept; begin anew with: ${typedAgain(given)}`, progress: bar, stopping: "Stopping" });
    } finally {
      closeBackend();
    }
  },
};

function retrievalText(retrieval: Readonly<Record<string, Retrieval>>): string {
  const rows = Object.entries(retrieval);
  const percent = (share: number) => (100 * share).toFixed(1);
  return alignedText([
    { title: "photographs of", cells: rows.map(([split]) => split) },
    { title: "captions", cells: rows.map(([, { captions }]) => `${captions}`), right: true },
    { title: "patches", cells: rows.map(([, { pictures }]) => `${pictures}`), right: true },
    { title: "caption found %", cells: rows.map(([, found]) => percent(found.captionOfPicture)), right: true },
    { title: "among five %", cells: rows.map(([, found]) => percent(found.amongFive)), right: true },
    { title: "picture found %", cells: rows.map(([, found]) => percent(found.pictureOfCaption)), right: true },
  ]);
}
