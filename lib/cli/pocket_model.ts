import type { Rates } from "../detect/judgement.ts";
import { alignedText } from "../report/text.ts";
import { progress } from "../terminal/progress.ts";
import { type Command, typedAgain } from "./command.ts";
import { download, downloadLine } from "./download.ts";
import { interruptible } from "./interrupt.ts";
import { load, shown, userPath } from "./places.ts";
import { print } from "./print.ts";
import { runAll } from "./run_all.ts";
import { threadsOption } from "./thread_options.ts";

type Experiments = typeof import("../../experiments/pocket.ts");
type Store = typeof import("../runs/store.ts");
type Ship = typeof import("../detect/ship_pocket.ts");
type OfRuns = typeof import("../detect/run_detector.ts");
type Layouts = typeof import("../layouts/mod.ts");

/** Trains the detector that is shipped under the name "pocket". */
export const pocketModel: Command = {
  summary: "trains the detector that is shipped as pocket",
  help: `deno task pocket:model [OPTIONS]

Trains the small detector that is shipped, by experiments/pocket.ts#detector on the pocket world, freezes its
threshold and its calibration on validation, measures how often it is wrong in the test, and writes its weights
and the card that tells all of it. About three minutes on two cores. On wasm the weights are the same to the last
bit on every machine. What is shipped stays as it is, unless --out names its folder: lib/pocket/model.

  --out DIR      where the detector goes; default: runs/pocket-model
  --runs DIR     the runs folder; default: runs
  --threads N    threads; the weights do not depend on it; default: one for each core

Examples:
  deno task pocket:model
  deno task pocket:model --out lib/pocket/model`,
  values: ["out", "runs", "threads"],
  flags: [],
  operands: [0, 0],
  async run(given) {
    const runs = userPath(given.values.runs ?? "runs");
    const out = userPath(given.values.out ?? "runs/pocket-model");
    using bar = progress();
    bar.say(downloadLine(await download(["lib/run.ts"], bar)));
    return await interruptible(async (signal) => {
      const { detector } = await load<Experiments>("experiments/pocket.ts");
      const options = { runs, backend: "wasm", threads: threadsOption(given), signal } as const;
      const [record] = await runAll([detector()], { ...options, progress: bar });
      const { findFolder } = await load<Store>("lib/runs/store.ts");
      const { shipPocket } = await load<Ship>("lib/detect/ship_pocket.ts");
      const { testedSamples } = await load<OfRuns>("lib/detect/run_detector.ts");
      const { readSamples } = await load<Layouts>("lib/layouts/mod.ts");
      const roots = { data: null, split: "test", tell: () => {} } as const;
      const samples = await Promise.all(
        record.experiment.data.test.map((layout) => Array.fromAsync(readSamples(layout, roots))),
      );
      const card = await shipPocket((await findFolder(runs, record.id))!, {
        folder: out,
        made: "deno task pocket:model",
        tested: await testedSamples(samples.flat()),
      });
      bar[Symbol.dispose]();
      print(`${ratesText(card.judgement.rates)}\n\n${card.about.join("\n")}\n  ${shown(out)}`);
      return 0;
    }, { kept: () => `Go on with: ${typedAgain(given)}`, progress: bar });
  },
};

function ratesText(rates: readonly Rates[]): string {
  const percent = (share: number) => (100 * share).toFixed(1);
  return alignedText([
    { title: "tested on", cells: rates.map(({ set }) => set) },
    { title: "photographs called fake %", cells: rates.map((rate) => percent(rate.falseAlarms)), right: true },
    { title: "fakes called real %", cells: rates.map(({ misses }) => percent(misses)), right: true },
  ]);
}
