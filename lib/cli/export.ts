import { plural } from "../report/text.ts";
import { thousands } from "../report/numbers.ts";
import { progress } from "../terminal/progress.ts";
import { chooseRuns, RUN_HELP } from "./choose_runs.ts";
import { backendNames, BACKENDS, choice, type Command, type Given, UsageError } from "./command.ts";
import { finishedRuns } from "./finished_runs.ts";
import { folderOption } from "./folder_option.ts";
import { interruptible } from "./interrupt.ts";
import { modelNamed } from "./model_named.ts";
import { load, shown, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";
import { sizeText } from "./run_files.ts";
import { threadsOption } from "./thread_options.ts";

type Detectors = typeof import("../export/detector.ts");

/** Kinds of tables; `lib/export/run_tables.ts` has one of each name. */
const TABLES = ["compare", "metrics", "scores", "history", "steps"] as const;
const FORMATS = ["csv", "parquet", "arrow"] as const;

/** What may be written, and the options that belong to each alone. */
const doors: Readonly<Record<string, readonly string[]>> = {
  onnx: ["data", "weights", "artifacts", "backend", "threads"],
  model: ["data", "weights", "artifacts", "backend", "threads"],
  tensorboard: ["figures", "follow"],
  table: ["format", "out"],
};

/** Writes runs for other programs. */
export const exportCommand: Command = {
  summary: "writes runs for other programs: ONNX, a model folder, TensorBoard, tables",
  help: `deno task export RUN|MODEL --onnx FILE | --model DIR [OPTIONS]
deno task export [RUN…] --tensorboard DIR | --table NAME -o FILE [OPTIONS]

Writes what runs made in forms that other programs read; one form at a time.

  --onnx FILE         the network of a finished run, or of any detector, as one ONNX file: pixels 0…1 go in, logits,
                      embedding, score and calibrated probability come out; threshold and what becomes of an image before
                      stand in its metadata. It is run in ONNX Runtime and compared before it is kept
  --model DIR         the detector of a finished run as a folder: model.safetensors, config.json, definition.json,
                      preprocessor.json, and README.md, a model card. "deno task detect DIR IMAGE" judges with it
  --tensorboard DIR   losses, epochs, test metrics and definitions of runs, whatever their status, as event files; a
                      folder below DIR for each run
  --table NAME        runs as one table: ${TABLES.join(", ")}

${RUN_HELP}. Without any --tensorboard and
--table take all. MODEL is a detector as "deno task detect" takes it: pocket, a published one, or a folder.

  --out FILE          the table, -o FILE in short
  --format NAME       of the table: ${FORMATS.join(", ")}; default: as FILE ends
  --figures           with --tensorboard: also ROC, accuracy by test set and calibration as pictures
  --follow            with --tensorboard: go on until the run, which is going, ends
  --data DIR          with --onnx, --model: folder of the data sets, which say what a run was tested on; default: the
                      environment variable DATA
  --weights DIR       folder in which published detectors lie; default: the environment variable WEIGHTS
  --artifacts DIR     folder of error maps; default: artifacts
  --backend NAME      ${backendNames}, which reads the weights; default: auto
  --threads N         threads; default: one for each core
  --runs DIR          the runs folder; default: runs

Examples:
  deno task export dual --onnx dual.onnx
  deno task export dual --model dual-detector --data /data
  deno task export --tensorboard board --figures
  deno task export dual --tensorboard board --follow
  deno task export contrastive dual --table compare -o compare.csv
  deno task export --table scores -o scores.parquet`,
  json: "one object: the files that were written, and what stands in them",
  values: [
    "onnx",
    "model",
    "tensorboard",
    "table",
    "format",
    "out",
    "data",
    "weights",
    "artifacts",
    "backend",
    "threads",
    "runs",
  ],
  letters: { o: "out" },
  flags: ["figures", "follow"],
  operands: [0, Infinity],
  async run(given) {
    const door = doorOf(given);
    if (door === "table") return await writeTable(given);
    return door === "tensorboard" ? await writeBoards(given) : await writeDetector(given, door as "onnx" | "model");
  },
};

/** The one form that is asked for. */
function doorOf({ values, flags }: Given): string {
  const names = Object.keys(doors);
  const asked = names.filter((name) => values[name] !== undefined);
  if (asked.length !== 1) {
    const told = asked.length === 0 ? "no form is named" : `${asked.map((name) => `--${name}`).join(" and ")} given`;
    throw new UsageError(
      `Cannot run "export": ${told}, expected one of ${names.map((name) => `--${name}`).join(", ")}. ` +
        "See: deno task export --help",
    );
  }
  const [door] = asked;
  const foreign = names.flatMap((name) => name === door ? [] : doors[name]).find((option) =>
    !doors[door].includes(option) && (values[option] !== undefined || flags[option])
  );
  if (foreign === undefined) return door;
  const homes = names.filter((name) => doors[name].includes(foreign)).map((name) => `--${name}`);
  throw new UsageError(
    `Cannot run "export": option "--${foreign}" goes with ${homes.join(" and ")}, not with --${door}`,
  );
}

async function writeDetector(given: Given, door: "onnx" | "model"): Promise<number> {
  const { operands, values } = given;
  if (operands.length !== 1) {
    throw new UsageError(
      `Cannot run "export" with --${door}: ${operands.length} runs given, expected one. See: deno task export --help`,
    );
  }
  const runs = userPath(values.runs ?? "runs");
  const model = await modelNamed(operands[0], runs);
  const weights = values.weights ?? (Deno.env.get("WEIGHTS") || null);
  const options = {
    runs,
    weights: weights === null ? null : userPath(weights),
    artifacts: userPath(values.artifacts ?? "artifacts"),
    data: await folderOption(given, "data"),
    backend: choice(given, "backend", BACKENDS) ?? undefined,
    threads: threadsOption(given),
  };
  const { exportModel, exportOnnx } = await load<Detectors>("lib/export/detector.ts");
  if (door === "model") {
    const written = await exportModel(model, userPath(values.model!), options);
    printJson(written);
    print(`${shown(written.folder)}: ${written.files.join(", ")}`);
    print(`Judge with it: deno task detect ${shown(written.folder)} IMAGE`);
    return 0;
  }
  const written = await exportOnnx(model, userPath(values.onnx!), options);
  printJson(written);
  print(`${shown(written.file)}: ${sizeText(written.bytes)}`);
  print(`  takes ${written.inputs.join(", ")}; gives ${written.outputs.join(", ")}`);
  print(
    written.apart === null
      ? `  not compared with the network: ${written.unchecked}`
      : `  in ONNX Runtime its logits are at most ${written.apart.toExponential(1)} apart from the network's`,
  );
  return 0;
}

async function writeBoards(given: Given): Promise<number> {
  const { operands, values, flags } = given;
  const target = userPath(values.tensorboard!);
  const found = (await chooseRuns(userPath(values.runs ?? "runs"), operands)).filter(({ id }) => id !== null);
  if (found.length === 0) {
    throw new Error(`Cannot export runs of "${shown(userPath(values.runs ?? "runs"))}": there is none that has begun`);
  }
  if (flags.follow && found.length > 1) {
    throw new UsageError(`Cannot follow ${found.length} runs, expected one; name it by its id`);
  }
  const { writeTensorBoard } = await load<typeof import("../export/tensorboard/write.ts")>(
    "lib/export/tensorboard/write.ts",
  );
  using bar = progress();
  return await interruptible(async (signal) => {
    const written: object[] = [];
    for (const [i, { name, folder }] of found.entries()) {
      signal.throwIfAborted();
      if (flags.follow) bar.say(`Following "${name}" until it ends`);
      const one = await writeTensorBoard(folder, target, { figures: flags.figures, follow: flags.follow, signal });
      written.push({ name, ...one });
      if (found.length > 1) bar.update(i + 1, found.length, `${i + 1} of ${plural(found.length, "run")}`);
    }
    signal.throwIfAborted();
    bar[Symbol.dispose]();
    printJson({ folder: target, runs: written });
    print(`${plural(found.length, "run")}: tensorboard --logdir ${shown(target)}`);
    return 0;
  }, { progress: bar, kept: `What was said until then stands in "${shown(target)}"`, stopping: "Ending the export" });
}

async function writeTable(given: Given): Promise<number> {
  const { operands, values } = given;
  const name = choice(given, "table", TABLES)!;
  const format = choice(given, "format", FORMATS) ?? undefined;
  if (values.out === undefined) {
    throw new UsageError('Cannot run "export" with --table: no file is named, expected -o FILE');
  }
  const file = userPath(values.out);
  const runs = await finishedRuns(userPath(values.runs ?? "runs"), operands, "export");
  const { readRecord } = await load<typeof import("../runs/store.ts")>("lib/runs/store.ts");
  const { runTables } = await load<typeof import("../export/run_tables.ts")>("lib/export/run_tables.ts");
  const { exportTable } = await load<typeof import("../export/table_file.ts")>("lib/export/table_file.ts");
  const { rows, fractions } = await runTables[name](await Promise.all(runs.map(({ folder }) => readRecord(folder))));
  await exportTable(rows, file, { format, fractions });
  const count = "numRows" in rows ? rows.numRows() : rows.length;
  printJson({ file, table: name, runs: runs.length, rows: count });
  print(`${name} of ${plural(runs.length, "run")}: ${shown(file)}, ${thousands(count)} rows`);
  return 0;
}
