import { basename } from "node:path";
import type { LackingEvent } from "../data/lacking.ts";
import type { MakingEvent, MakingReport } from "../data/making.ts";
import type { Part } from "../definition/part.ts";
import type { Shard } from "../reconstruct/shards.ts";
import { duration, thousands } from "../report/numbers.ts";
import { plural } from "../report/text.ts";
import { makingOn, rateWords } from "../terminal/making.ts";
import { type Progress, progress } from "../terminal/progress.ts";
import { choice, type Command, type Given, typedAgain, UsageError, wholeNumber } from "./command.ts";
import { readDefinitions } from "./definitions.ts";
import { folderOption } from "./folder_option.ts";
import { interruptible } from "./interrupt.ts";
import { load, shown, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";
import { dataSamples } from "./reconstruct_data.ts";
import { resourceNames, resourcesHelp } from "./resources.ts";
import { methodNames, methodOptions, methodPart } from "./reconstruct_method.ts";
import { threadsOption } from "./thread_options.ts";

const PROVIDERS = ["auto", "cpu", "webgpu", "cuda", "tensorrt"] as const;
const CODES = ["drct", "aligned", "lare"] as const;
const TARGETS = ["real", "fake", "both"] as const;

/** Makes reconstructions, residuals and error maps ahead of the runs that need them, or for other people's code. */
export const reconstruct: Command = {
  summary: "makes reconstructions and error maps with a diffusion pipeline",
  help: `deno task reconstruct FILE [EXPORT] --pipelines DIR [OPTIONS]
deno task reconstruct --data DATA --method METHOD --pipeline DIR [OPTIONS]

The first makes all that the experiments of a definition file ask for, the second what one method makes of any
images. Results go to artifacts/METHOD-FINGERPRINT/ under the ids of their images, where experiments of the same
options find them: images as lossless PNG, error maps as safetensors, and an index of what was made of what. What
is there is not made again, so that the same command goes on after an interruption or a kill; images that cannot
be read are told and passed over.

DATA is a folder of images, a data set, a list of LaRE² (.txt), a TypeScript file that exports layouts, or the kind
of a layout, whose folder the environment variable DATA names.

  --method METHOD   ${methodNames.join(", ")}
${optionsInWords()}
  --pipeline DIR    the pipeline, in the layout of optimum-cli export onnx; its name is that of the folder, or --model;
                    pocket: the one that is shipped
  --pipelines DIR   folder of pipelines, each under the name that definitions have for its model; default: the
                    environment variable PIPELINES
  --residual        what an image lost, |image − reconstruction|, instead of its reconstruction
  --of WHICH        images that are real, fake or both; default: both, with --as aligned real
  --shard I/N       one share of N that are nearly equal and do not overlap, for as many machines or processes
  --on WHERE        all of N shards, each in a process of its own: local:N here, or slurm:N as tasks of a Slurm job
                    array, whose machines share the disk
${resourcesHelp}
  --batch N         images at a time; default: 1
  --provider NAME   ${PROVIDERS.join(", ")}; default: auto
  --threads N       threads on the processor; default: one for each core
  --data DIR        with FILE: folder of the data sets; default: the environment variable DATA
  --artifacts DIR   where results go; default: artifacts
  --as CODE         drct, aligned or lare: under the names, and in the form, that DRCT's, AlignedForensics's or LaRE²'s
                    own code reads, instead of among the artifacts; with --to
  --to DIR          where those go

Examples:
  deno task reconstruct experiments/dual_loss.ts dual --data /data --pipelines /pipelines --shard 3/16
  deno task reconstruct experiments/dual_loss.ts dual --data /data --pipelines /pipelines --on slurm:64 --gpus 1
  deno task reconstruct --data /data/GenImage --method inpainting --pipeline /pipelines/sd1 --as drct --to /data
  deno task reconstruct --data photographs --method vae --pipeline /pipelines/ldm --posterior mean
  deno task reconstruct --data anns/train_sdv5.txt --method latentError --pipeline /pipelines/sd15 --as lare --to lare`,
  json: "one object whose made has an object for each part, with part, folder, shard, total, found, made, " +
    "unreadable and seconds",
  values: [
    ...[
      "data",
      "method",
      "pipeline",
      "pipelines",
      "of",
      "shard",
      "batch",
      "provider",
      "threads",
      "artifacts",
      "as",
      "to",
      "on",
      ...resourceNames,
    ],
    ...Object.keys(methodOptions),
  ],
  flags: ["residual"],
  operands: [0, 2],
  async run(given) {
    if (given.values.on !== undefined) {
      return await (await load<typeof import("./reconstruct_on.ts")>("lib/cli/reconstruct_on.ts")).reconstructOn(given);
    }
    const doing = given.operands.length > 0 ? definedWork(given) : methodWork(given);
    const work = await doing;
    using bar = progress();
    const kept = `What is made is kept; go on with: ${typedAgain(given)}`;
    return await interruptible(async (signal) => {
      const made = await work({ progress: bar, signal });
      bar[Symbol.dispose]();
      printJson({ made });
      for (const one of made) print(reportText(one));
      return 0;
    }, { kept, progress: bar, stopping: "Stopping after the images at hand" });
  },
};

/** The options of methods, a line of help each; their defaults are those of the parts. */
function optionsInWords(): string {
  return Object.entries(methodOptions).map(([name, words]) => `${`  --${name} …`.padEnd(20)}${words}`).join("\n");
}

/** What came of one part. */
export type Reported = MakingReport & { readonly part: Part };

type Work = (at: { readonly progress: Progress; readonly signal: AbortSignal }) => Promise<Reported[]>;

/** All that the experiments of a file ask for. */
async function definedWork(given: Given): Promise<Work> {
  const { values, flags } = given;
  const out = ["method", "pipeline", "of", "as", "to", ...Object.keys(methodOptions)].find((name) =>
    values[name] !== undefined
  );
  if (out !== undefined || flags.residual) {
    throw new UsageError(
      `Cannot reconstruct for "${given.operands[0]}" with --${out ?? "residual"}: the definition says what is made. ` +
        "Leave that out, or leave FILE out and name --data and --method",
    );
  }
  const experiments = await readDefinitions(given.operands[0], given.operands[1]);
  const pipelines = await folderOption(given, "pipelines");
  const { makersFor, makersIn } = await makers();
  if (experiments.some((experiment) => makersFor(experiment, pipelines) === null)) {
    throw new UsageError("Cannot reconstruct: no pipelines are given. Name their folder: --pipelines DIR or PIPELINES");
  }
  const data = await folderOption(given, "data");
  const artifacts = userPath(values.artifacts ?? "artifacts");
  const { shard, batch, place } = howOf(given);
  return async ({ progress, signal }) => {
    const { gathering } = await load<typeof import("../data/pairs.ts")>("lib/data/pairs.ts");
    const made = new Map<string, Reported>();
    const reported = (part: Part, report: MakingReport) => made.set(report.folder, { ...report, part });
    const open = makersIn(pipelines, place);
    for (const experiment of experiments) {
      const work = gathering(experiment, { data, artifacts, open, signal, how: { shard, batch, reported } });
      try {
        await shownOn(progress, work);
      } catch (error) {
        // of a shard's results alone no experiment can be put together
        if (!(error instanceof Deno.errors.NotFound) || shard.of === 1 || made.size === 0) throw error;
        progress.say(`${experiment.name}: what other shards make is not here yet, and nothing is made of that`);
      }
    }
    if (made.size === 0) progress.say("Everything is there");
    return [...made.values()];
  };
}

/** What one method makes of any images. */
async function methodWork(given: Given): Promise<Work> {
  const { values } = given;
  for (const name of ["data", "method", "pipeline"]) {
    if (values[name] !== undefined) continue;
    throw new UsageError(
      `Cannot reconstruct: --${name} is missing. Expected --data DATA --method METHOD --pipeline DIR, or a definition ` +
        "file. See: deno task reconstruct --help",
    );
  }
  const as = choice(given, "as", CODES);
  if ((as === null) !== (values.to === undefined)) {
    throw new UsageError(
      `Cannot reconstruct with --${as === null ? "to" : "as"} alone: expected --as ${
        as ?? CODES.join("|")
      } --to DIR. Results that are for this program go to --artifacts`,
    );
  }
  const of = choice(given, "of", TARGETS) ?? (as === "aligned" ? "real" : "both");
  const { shippedPipeline } = await load<typeof import("../reconstruct/shipped.ts")>("lib/reconstruct/shipped.ts");
  const folder = shippedPipeline(values.pipeline!) ?? userPath(values.pipeline!);
  const part = await methodPart(given, basename(folder));
  const { shard, batch, place } = howOf(given);
  const { artifactsOutlet } = await load<typeof import("../data/outlets.ts")>("lib/data/outlets.ts");
  const foreign = await load<typeof import("../data/outlets_foreign.ts")>("lib/data/outlets_foreign.ts");
  const artifacts = userPath(values.artifacts ?? "artifacts");
  const outlet = as === null
    ? artifactsOutlet(part, artifacts)
    : foreign.foreignOutlets[as](part, userPath(values.to!));
  return async ({ progress, signal }) => {
    const samples = (await dataSamples(values.data!, { tell: (text) => progress.say(text), but: artifacts }))
      .filter(({ label }) => of === "both" || label === of);
    if (samples.length === 0) throw new UsageError(`Cannot reconstruct "${values.data}": it has no ${of} image`);
    const { makeArtifacts } = await load<typeof import("../data/make.ts")>("lib/data/make.ts");
    const { openPipelineMaker } = await makers();
    const open = () => openPipelineMaker(part, { ...place, folder });
    const report = await shownOn(progress, told(makeArtifacts(samples, { outlet, open, shard, batch, signal }), part));
    return [{ ...report, part }];
  };
}

/** Where and how, which changes nothing of what is made. */
function howOf(given: Given) {
  const place = {
    provider: choice(given, "provider", PROVIDERS) ?? "auto",
    threads: threadsOption(given),
  };
  return { shard: shardOf(given.values.shard), batch: wholeNumber(given, "batch", [1, 1024]), place };
}

/**
 * A shard as it is typed: "3/16".
 *
 * @throws {UsageError} when it is none
 */
export function shardOf(typed = "1/1"): Shard {
  const [, index, of] = /^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(typed)?.map(Number) ?? [];
  if (index !== undefined && index <= of) return { index, of };
  throw new UsageError(`Cannot read "--shard ${typed}": expected I/N with I from 1 to N, as 3/16`);
}

function makers(): Promise<typeof import("../data/pipeline_maker.ts")> {
  return load("lib/data/pipeline_maker.ts");
}

/** What a making says, as the events of a run have it. */
async function* told<T>(work: AsyncGenerator<MakingEvent, T>, { kind }: Part): AsyncGenerator<LackingEvent, T> {
  for (;;) {
    const { done, value } = await work.next();
    if (done) return value;
    yield value.kind === "notice" ? value : { ...value, kind: "making", name: "", part: kind };
  }
}

/** Shows how far it is, with images a second and the time left, and what should be known; what comes of it. */
async function shownOn<T>(progress: Progress, work: AsyncGenerator<LackingEvent, T>): Promise<T> {
  const show = makingOn(progress);
  for (;;) {
    const { done, value } = await work.next();
    if (done) return value;
    if (value.kind === "notice") progress.say(value.text);
    else show(value);
  }
}

/** What came of a part, for a terminal. */
export function reportText({ part, root, shard, total, found, made, unreadable, seconds }: Reported): string {
  const share = shard.of === 1 ? "" : ` of shard ${shard.index}/${shard.of}`;
  const lines = [
    `${part.kind}: ${thousands(found + made)} of ${plural(total, "image")}${share} are in "${shown(root)}"`,
  ];
  if (made > 0) {
    lines.push(
      `  ${thousands(made)} made in ${duration(seconds)}, ${rateWords(made / seconds)}; ${thousands(found)} before`,
    );
  }
  if (unreadable.length > 0) {
    lines.push(`  ${thousands(unreadable.length)} passed over; the index names them, the same command tries again:`);
    lines.push(...unreadable.slice(0, 5).map(({ reason }) => `    ${reason}`));
  }
  return lines.join("\n");
}
