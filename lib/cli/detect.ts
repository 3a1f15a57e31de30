import type { Detection, DetectOptions, ImageGiven } from "../detect/detect.ts";
import type { Detector } from "../detect/detector.ts";
import type { Judgement, Rates } from "../detect/judgement.ts";
import { duration, thousands } from "../report/numbers.ts";
import { type Progress, progress } from "../terminal/progress.ts";
import { printable } from "../terminal/width.ts";
import { backendNames, BACKENDS, choice, type Command, UsageError } from "./command.ts";
import { folderOption } from "./folder_option.ts";
import { interruptible } from "./interrupt.ts";
import { modelNamed } from "./model_named.ts";
import { load, shown, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";
import { threadsOption } from "./thread_options.ts";

type Room = typeof import("../detect/detect.ts");
type Open = typeof import("../detect/open.ts");
type Images = typeof import("../detect/images.ts");
type Rating = typeof import("../detect/judgement.ts");

/** Judges photographs. */
export const detect: Command = {
  summary: "tells how probable it is that images were generated",
  help: `deno task detect RUN|MODEL IMAGE|DIR|- [OPTIONS]

Judges an image, all images in a folder and the folders below it, or the bytes of one on standard input (-): the
probability that it is generated, the verdict at the detector's threshold with how often such a verdict is wrong, and
what sets the image apart from those that the detector was tested on. An image that cannot be read is told, and the
others are judged all the same.

RUN is a finished run, by its name, the beginning of an id, or its folder. Threshold and calibration come from its
validation split. MODEL is the folder of a detector that "deno task export RUN --model DIR" wrote, or one of

  pocket                   the small detector that is shipped, for trying things out
  DRCT-ConvB, DRCT-UnivFD  those that their authors publish, as a file of that name (.pth, .safetensors) in the
  AlignedForensics, LaRE   folder of weights; deno task weights list tells where they are

  --tiles POOLING  look at all of a larger image, in squares of the size that the network sees, and judge by the mean
                   of their scores or by the max; default: the middle alone
  --explain        write a picture beside each image (IMAGE.explained.png, of - stdin.explained.png) that shows where
                   the verdict was found
  --weights DIR    folder of weights; default: the environment variable WEIGHTS
  --artifacts DIR  folder of error maps or residuals made of the images before, where the network looks at them;
                   default: artifacts
  --data DIR       folder of the data sets, which say what a run was tested on; default: the environment variable DATA
  --backend NAME   ${backendNames}; default: auto, for pocket wasm
  --threads N      threads; on wasm results do not depend on it; default: one for each core
  --runs DIR       the runs folder; default: runs

Examples:
  deno task detect pocket photograph.jpg
  deno task detect dual photographs --json
  deno task detect pocket photograph.jpg --tiles mean --explain
  curl -s https://example.org/picture.jpg | deno task detect pocket - --json`,
  json: "one line an image with file, probability, verdict (real or fake), warnings and explanation, or with file " +
    "and error",
  exits: "1 also when some image could not be read",
  values: ["tiles", "weights", "artifacts", "data", "backend", "threads", "runs"],
  flags: ["explain"],
  operands: [2, 2],
  async run(given) {
    const { operands: [word, what] } = given;
    const runs = userPath(given.values.runs ?? "runs");
    const weights = given.values.weights ?? (Deno.env.get("WEIGHTS") || null);
    const places = {
      runs,
      weights: weights === null ? null : userPath(weights),
      artifacts: userPath(given.values.artifacts ?? "artifacts"),
      data: await folderOption(given, "data"),
    };
    const model = await modelNamed(word, runs);
    const how = {
      // the smallest network is done before another backend has started
      backend: choice(given, "backend", BACKENDS) ?? (model === "pocket" ? "wasm" : "auto"),
      threads: threadsOption(given),
      explain: given.flags.explain,
      tiles: choice(given, "tiles", ["mean", "max"] as const) ?? undefined,
    };
    const images = await imagesNamed(what);
    const path = userPath(what);
    const root = what === "-" || images[0] === path ? {} : { root: path };
    const room = await load<Room>("lib/detect/detect.ts");
    const { openDetector } = await load<Open>("lib/detect/open.ts");
    await room.started(how);
    using detector = await openDetector(model, places);
    const { thresholdProbability } = await load<Rating>("lib/detect/judgement.ts");
    using bar = progress();
    return await interruptible(async (signal) => {
      await introduce(detector, how, thresholdProbability(detector.judgement));
      const told = { total: images.length, bar, json: given.flags.json };
      return await tellAll(room.detect(detector, images, { ...how, ...root, signal }), told);
    }, { kept: "What was judged stands above", stopping: "Stopping after the images at hand", progress: bar });
  },
};

async function imagesNamed(what: string): Promise<ImageGiven[]> {
  const { EXPLAINED, imagesAt } = await load<Images>("lib/detect/images.ts");
  if (what !== "-") return await imagesAt(userPath(what));
  if (Deno.stdin.isTerminal()) {
    throw new UsageError(
      "Cannot judge -: nothing is on standard input, expected the bytes of an image: … | detect … -",
    );
  }
  const bytes = new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer());
  return [{ name: "-", bytes, explained: userPath(`stdin${EXPLAINED}`) }];
}

/** Says what judges. */
async function introduce(
  detector: Detector,
  { explain, tiles }: Pick<DetectOptions, "explain" | "tiles">,
  threshold: number,
): Promise<void> {
  for (const line of detector.about) print(printable(line));
  print(judgementWords(detector.judgement, threshold));
  if (explain) {
    const { explanationWords } = await load<typeof import("../detect/explain.ts")>("lib/detect/explain.ts");
    print(`Beside each image: ${explanationWords(detector, { tiled: tiles !== undefined })}`);
  }
  print("");
}

/** Where the threshold is, and what its verdicts are worth. */
export function judgementWords({ frozen, calibration, rates }: Judgement, threshold: number): string {
  const where = `Fake is called above ${percent(threshold)}`;
  const why = frozen === null
    ? ", which nobody chose on validation data"
    : `, the threshold frozen on ${thousands(frozen.real + frozen.fake)} validation images`;
  const scale = calibration === null
    ? "; probabilities are the network's own"
    : "; probabilities are calibrated on them";
  return `${where}${why}${scale}${rates.length === 0 ? "" : `. ${ratesWords(rates)}`}`;
}

/** How often verdicts were wrong in the test. */
function ratesWords(rates: readonly Rates[]): string {
  const all = rates.find(({ set }) => set === "all") ?? rates[0];
  const sets = rates.filter((one) => one !== all).map(({ misses }) => misses);
  const range = sets.length < 2
    ? ""
    : `, from ${percent(Math.min(...sets))} to ${percent(Math.max(...sets))} by test set`;
  return `In the test ${percent(all.falseAlarms)} of ${thousands(all.real)} photographs were called fake, and ` +
    `${percent(all.misses)} of ${thousands(all.fake)} fakes real${range}`;
}

/** Tells of each image as it comes, then of all; resolves to the exit code. */
async function tellAll(
  detections: AsyncGenerator<Detection, void>,
  { total, bar, json }: { readonly total: number; readonly bar: Progress; readonly json: boolean },
): Promise<number> {
  const began = performance.now();
  const counts: Counts = { fake: 0, real: 0, unreadable: 0, outside: 0 };
  const known = new Set<string>();
  let done = 0;
  for await (const found of detections) {
    done++;
    if ("error" in found) counts.unreadable++;
    else {
      counts[found.verdict]++;
      if (found.warnings.length > 0) counts.outside++;
    }
    bar[Symbol.dispose](); // the line that moves gives way to one that stays
    printJson(found);
    if (!json) { for (const line of detectionLines(found, known)) print(printable(line)); }
    if (total > 1) bar.update(done, total, `${thousands(done)} of ${thousands(total)} images`);
  }
  bar[Symbol.dispose]();
  if (counts.outside > 0 && !json) {
    print("\n! marks what sets an image apart from those tested: the rates above may not hold for it");
  }
  if (total > 1) print(`\n${summaryText(counts, (performance.now() - began) / 1000)}`);
  return counts.unreadable > 0 ? 1 : 0;
}

interface Counts {
  real: number;
  fake: number;
  unreadable: number;
  outside: number;
}

/**
 * An image's line, and below it what is to be known: of warnings each sentence once, whatever number of images it is
 * true of; a "!" stands at every one of these.
 *
 * @param known sentences that were told before, moved on
 */
export function detectionLines(found: Detection, known: Set<string>): string[] {
  if ("error" in found) return [`     –        ! ${shown(found.file)}`, below(found.error)];
  const { file, probability, verdict, warnings, explanation } = found;
  const lines = [`${percent(probability).padStart(7)}  ${verdict} ${warnings.length > 0 ? "!" : " "} ${shown(file)}`];
  const fresh = warnings.filter((sentence) => !known.has(sentence));
  for (const sentence of fresh) known.add(sentence);
  lines.push(...fresh.map((sentence) => below(`! ${sentence}`)));
  if (explanation !== null) lines.push(below(shown(explanation)));
  return lines;
}

function below(text: string): string {
  return `${" ".repeat(16)}${text}`;
}

/** "1,000 images in 21 s: 13 fake, 985 real, 2 could not be read; 40 are unlike those that were tested". */
export function summaryText({ fake, real, unreadable, outside }: Counts, seconds: number): string {
  const failed = unreadable === 0 ? "" : `, ${thousands(unreadable)} could not be read`;
  const unlike = outside === 0 ? "" : `; ${thousands(outside)} are unlike those that were tested`;
  const all = fake + real + unreadable;
  return `${thousands(all)} ${all === 1 ? "image" : "images"} in ${duration(seconds)}: ${thousands(fake)} fake, ` +
    `${thousands(real)} real${failed}${unlike}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
