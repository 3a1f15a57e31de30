import type { Corruption } from "../augment/corruption.ts";
import type { Tiling } from "../data/tiles.ts";
import type { Evaluation } from "../evaluate_run.ts";
import type { Layout } from "../layouts/mod.ts";
import { EMPTY_CAPTIONS } from "../report/captions.ts";
import type { CompareRow } from "../report/mod.ts";
import { plural } from "../report/text.ts";
import { makingOn } from "../terminal/making.ts";
import { progress } from "../terminal/progress.ts";
import { printable } from "../terminal/width.ts";
import { backendNames, choice, type Command, type Given, typedAgain, UsageError, wholeNumber } from "./command.ts";
import { evaluateScoresFile } from "./evaluate_scores.ts";
import { type Asked, evaluationDocument, findings, foundRecord } from "./evaluate_text.ts";
import { interruptible } from "./interrupt.ts";
import { oneRun } from "./one_run.ts";
import { load, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";
import { readExports } from "./read_exports.ts";
import { runPlaceNames, runPlaces } from "./run_places.ts";
import { workersHelp } from "./thread_options.ts";

/** Scores a run's checkpoint again. */
export const evaluate: Command = {
  summary: "scores a run's checkpoint again, or on further test sets; describes any detector's scores",
  help: `deno task evaluate RUN [FILE [EXPORT]] [OPTIONS]
deno task evaluate --scores FILE.csv [OTHER.csv | RUN]

Scores the checkpoint that a run has kept, without training. Without FILE on the test sets of its own definition:
does the checkpoint still say what its record says, on this machine and backend? With FILE on the test sets that a
TypeScript file exports, by default or under a name: a layout as pocket(), a list of them, or a function that returns
either. Their scores and metrics are added to the record of a finished run; test sets that the record has with the
same scores are left as they are, with others they are refused. Pretrained weights are not needed.

With --scores it describes the scores of any detector as it does a run's: every metric by test set and over them,
intervals, and, with another file or a run beside it, paired tests. The file has the columns id, label (real or fake,
0 or 1) and score (probability of fake, 0 to 1); set or generator names the test set of a row, empty where it belongs to
all; source names the photograph it comes from, since pictures of one are drawn together, and is the id where it is left
out; rows whose split is validation freeze a threshold. What stands beside it needs the same images under the same ids.

Something may be done to the images first; the scores then stand in the record under its name, beside those of images
as they are. What the record has already is not scored again.

RUN is a name, the beginning of an id, or a run's folder.

  --robustness     JPEG, change of size, blur, noise and cuts, each in several strengths
  --protocols      JPEG of quality 96 on fakes alone, then on all: is it a detector of JPEG?
  --corruptions LIST
                   what is to be done, with commas between: jpeg-50,crop-0.8+jpeg-50,"blur-1 on fakes"; steps are
                   crop, scale, resize, blur, noise, jpeg
  --tiles POOLING  mean or max: large images are looked at in squares of the view's size, whose scores are pooled
  --stride N       pixels from one square to the next; default: the view's size
  --scores FILE    a CSV file of scores, instead of a run's checkpoint
  --data DIR       folder of the data sets; default: the environment variable DATA
  --weights DIR    folder of weights, in which the vocabulary of a network that reads captions lies; default: the
                   environment variable WEIGHTS. That which deno task weights get has fetched is found without it
  --artifacts DIR  folder of error maps or residuals made earlier, where the network looks at them; default: artifacts
  --pipelines DIR  folder of pipelines, with which those of them that are missing are made first; default: the
                   environment variable PIPELINES
  --backend NAME   ${backendNames}; default: auto
  --threads N      threads; on wasm results do not depend on it; default: one for each core
${workersHelp(19)}
  --runs DIR       the runs folder; default: runs
  --dry            score FILE and leave the record as it is

Examples:
  deno task evaluate dual
  deno task evaluate c3bbf8 --backend wasm
  deno task evaluate dual further.ts drawings --data /data
  deno task evaluate --scores theirs.csv dual
  deno task evaluate dual --robustness
  deno task evaluate dual photographs.ts --tiles max`,
  json: "one object, what was found, without the scores",
  exits:
    "1 also when the accuracy on one of its own test sets is not that of its record; interrupted, the same command goes on",
  values: [
    "scores",
    ...runPlaceNames,
    ...["runs", "corruptions", "tiles", "stride"],
  ],
  flags: ["dry", "robustness", "protocols"],
  operands: [0, 3],
  async run(given) {
    if (given.values.scores !== undefined) return await evaluateScoresFile(given);
    if (given.operands.length === 0) {
      throw new UsageError(
        'Cannot run "evaluate": no run given, expected RUN or --scores FILE. See: deno task evaluate --help',
      );
    }
    const { operands: [word, file, name], flags } = given;
    const options = {
      ...await runPlaces(given),
      keep: !flags.dry,
      corruptions: await corruptionsAsked(given),
      tiles: tilesAsked(given),
    };
    const folder = await oneRun(userPath(given.values.runs ?? "runs"), word);
    const test = file === undefined ? null : await readTestSets(file, name);
    using bar = progress();
    return await interruptible(async (signal) => {
      const { evaluateEvents } = await load<typeof import("../evaluate_run.ts")>("lib/evaluate_run.ts");
      let title = "";
      const show = makingOn(bar);
      for await (const event of evaluateEvents(folder, { ...options, test, signal })) {
        if (event.kind === "start") {
          title = event.record.experiment.name;
          bar.say(`${title}: ${plural(event.total, "image")} on ${event.backend.name}, ${event.backend.why}`);
        } else if (event.kind === "making") show(event);
        else if (event.kind === "notice") bar.say(title === "" ? event.text : `${title}: ${event.text}`);
        else if (event.kind === "evaluate") {
          bar.update(event.done, event.total, `${title}: ${event.done} of ${event.total} images`);
        } else {
          bar[Symbol.dispose]();
          return await tell(event.evaluation, { own: test === null, ...flags });
        }
      }
      throw new Error(`Cannot evaluate "${title}": the scoring ended without a result`);
    }, {
      kept: flags.dry ? "Nothing was written" : `Go on with: ${typedAgain(given)}`,
      stopping: "Stopping after the images at hand",
      progress: bar,
    });
  },
};

/** What is to be done to images, each once. */
async function corruptionsAsked({ values, flags }: Given): Promise<Corruption[]> {
  const { corruptionOf } = await load<typeof import("../augment/corruption.ts")>("lib/augment/corruption.ts");
  const { protocols, robustnessGrid } = await load<typeof import("../augment/robustness.ts")>(
    "lib/augment/robustness.ts",
  );
  const named = (values.corruptions ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "");
  if (values.corruptions !== undefined && named.length === 0) {
    throw new UsageError('Cannot read "--corruptions": it names nothing, expected names as jpeg-50,blur-1');
  }
  const listed = named.map((name) => {
    try {
      return corruptionOf(name);
    } catch (error) {
      throw new UsageError((error as Error).message);
    }
  });
  return [...listed, ...(flags.protocols ? protocols : []), ...(flags.robustness ? robustnessGrid() : [])];
}

/** How images are looked at in squares; null: they are not. */
function tilesAsked(given: Given): Tiling | null {
  const pooling = choice(given, "tiles", ["mean", "max"] as const);
  const stride = wholeNumber(given, "stride", [1, 65535]);
  if (pooling !== null) return { pooling, ...(stride === null ? {} : { stride }) };
  if (stride === null) return null;
  throw new UsageError('Cannot read "--stride": there are no squares without --tiles, expected --tiles mean or max');
}

/**
 * The test sets that a file exports.
 *
 * @throws as `readExports`, and {TypeError | RangeError} when a value is no layout; names its place
 */
export async function readTestSets(file: string, name?: string): Promise<Layout[]> {
  const expected = "a TypeScript file that exports test sets, as pocket() or a list of layouts";
  const found = await readExports(file, { verb: "evaluate on", expected, name });
  const layouts = await load<typeof import("../layouts/mod.ts")>("lib/layouts/mod.ts");
  const { makersOf, partOf } = await load<typeof import("../definition/reader.ts")>("lib/definition/reader.ts");
  const read = partOf<Layout>("a layout", makersOf(layouts, layouts.layouts));
  return found.map((value, i) => read(value, `${name ?? "default"}.${i}`));
}

/** Says what was found; resolves to the exit code. */
async function tell(found: Evaluation, asked: Asked): Promise<number> {
  const report = await load<typeof import("../report/mod.ts")>("lib/report/mod.ts");
  const record = foundRecord(found);
  const table = report.compare([record]);
  const alters = found.altered.length > 0;
  // empty captions are asked of every network that reads them, and do not stand for what a plain evaluation tells
  const asksMore = found.altered.some(({ name }) => name !== EMPTY_CAPTIONS);
  if (asked.json) {
    const robustness = alters ? report.corruptionRows([record]) : [];
    printJson(evaluationDocument(found, table.objects() as CompareRow[], robustness));
  } else {
    const { checkpoint, backend, threads, record: { experiment } } = found;
    const where = `${checkpoint.checkpoint}, epoch ${checkpoint.epoch}, on ${backend} with ${
      plural(threads, "thread")
    }`;
    print(printable(`${experiment.name}, seed ${experiment.seed}: ${where}`));
    if (!asksMore) {
      print(`\n${report.comparisonText(table)}\n\n${report.metricsText(found.metrics)}`);
      print(`\n${report.everyMetricText(report.everyMetric([record]))}\n\n${report.METRICS_NOTE}`);
    }
    if (alters) print(`\n${report.corruptionText([record])}`);
    print(`\n${report.intervalNote(1)}`);
    for (const line of findings(found, asked)) print(`\n${printable(line)}`);
  }
  return asked.own && found.agreement?.accuracyEqual === false ? 1 : 0;
}
