import type { Evaluation } from "../evaluate_run.ts";
import type { Layout } from "../layouts/mod.ts";
import type { CompareRow } from "../report/mod.ts";
import { plural } from "../report/text.ts";
import { makingOn } from "../terminal/making.ts";
import { progress } from "../terminal/progress.ts";
import { printable } from "../terminal/width.ts";
import { BACKENDS, choice, type Command, UsageError } from "./command.ts";
import { evaluateScoresFile } from "./evaluate_scores.ts";
import { folderOption } from "./folder_option.ts";
import { interruptible } from "./interrupt.ts";
import { oneRun } from "./one_run.ts";
import { load, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";
import { readExports } from "./read_exports.ts";
import { threadsOption, workersHelp, workersOption } from "./thread_options.ts";

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

RUN is a name, the beginning of an id, or a run's folder.

  --scores FILE    a CSV file of scores, instead of a run's checkpoint
  --data DIR       folder of the data sets; default: the environment variable DATA
  --artifacts DIR  folder of error maps or residuals made earlier, where the network looks at them; default: artifacts
  --pipelines DIR  folder of pipelines, with which those of them that are missing are made first; default: the
                   environment variable PIPELINES
  --backend NAME   auto, tensorflow, wasm or cpu; default: auto
  --threads N      threads; on wasm results do not depend on it; default: one for each core
${workersHelp(19)}
  --runs DIR       the runs folder; default: runs
  --dry            score FILE and leave the record as it is

Examples:
  deno task evaluate dual
  deno task evaluate c3bbf8 --backend wasm
  deno task evaluate dual further.ts drawings --data /data
  deno task evaluate --scores theirs.csv dual`,
  json: "one object, what was found, without the scores",
  exits:
    "1 also when the accuracy on one of its own test sets is not that of its record; interrupted, nothing is written",
  values: ["scores", "data", "artifacts", "pipelines", "backend", "threads", "workers", "runs"],
  flags: ["dry"],
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
      data: await folderOption(given, "data"),
      artifacts: userPath(given.values.artifacts ?? "artifacts"),
      pipelines: await folderOption(given, "pipelines"),
      backend: choice(given, "backend", BACKENDS) ?? "auto",
      threads: threadsOption(given),
      workers: workersOption(given),
      keep: !flags.dry,
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
    }, { kept: "Nothing was written", stopping: "Stopping after the images at hand", progress: bar });
  },
};

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

/** What was asked for. */
interface Asked {
  /** Whether the definition's own test sets were scored. */
  readonly own?: boolean;
  readonly dry?: boolean;
  readonly json?: boolean;
}

/** Says what was found; resolves to the exit code. */
async function tell(found: Evaluation, asked: Asked): Promise<number> {
  const report = await load<typeof import("../report/mod.ts")>("lib/report/mod.ts");
  const records = [{
    ...found.record,
    status: "done",
    metrics: found.metrics,
    scores: found.scores,
    probe: null,
  }] as const;
  const table = report.compare(records);
  if (asked.json) printJson(evaluationDocument(found, table.objects() as CompareRow[]));
  else {
    const { checkpoint, backend, threads, record: { experiment } } = found;
    const where = `${checkpoint.checkpoint}, epoch ${checkpoint.epoch}, on ${backend} with ${
      plural(threads, "thread")
    }`;
    print(printable(`${experiment.name}, seed ${experiment.seed}: ${where}`));
    print(`\n${report.comparisonText(table)}\n\n${report.metricsText(found.metrics)}`);
    print(`\n${report.everyMetricText(report.everyMetric(records))}`);
    print(`\n${report.METRICS_NOTE}\n\n${report.intervalNote(1)}`);
    for (const line of findings(found, asked)) print(`\n${printable(line)}`);
  }
  return asked.own && found.agreement?.accuracyEqual === false ? 1 : 0;
}

/** An evaluation as one value, without the scores: what `--json` writes. */
export function evaluationDocument(found: Evaluation, sets: readonly CompareRow[]): object {
  const { record, scores: _, ...rest } = found;
  return { name: record.experiment.name, id: record.id, status: record.status, ...rest, sets };
}

/** Sentences on how the scores stand to the record, and what it took in. */
export function findings(found: Evaluation, { own = false, dry = false }: Asked): string[] {
  const { agreement, kept, record, backend } = found;
  const sentences: string[] = [];
  const { unreadable: [first, ...others] } = found;
  if (first !== undefined) {
    const count = plural(others.length + 1, "image");
    sentences.push(
      `${count} could not be read and got no score${others.length > 0 ? ", the first" : ""}: ${first.reason}`,
    );
  }
  if (agreement !== null) sentences.push(agreementSentence(found));
  if (own && agreement === null) {
    sentences.push(`Its record has no scores to compare with: the run is ${record.status}, and is scored at its end`);
  }
  if (own && agreement !== null && agreement.largest > 0 && backend !== record.environment.backend) {
    sentences.push(
      `The record was made on ${record.environment.backend}, and backends round differently: see --backend`,
    );
  }
  if (own) return sentences;
  if (kept.length > 0) sentences.push(`Its record has ${quoted(kept)} now`);
  else if (dry) sentences.push("Its record was left as it is");
  else if (record.status !== "done") {
    sentences.push(`Nothing was added to its record, since the run is ${record.status} and not done`);
  } else sentences.push("Its record has these test sets already, and nothing was added");
  return sentences;
}

function agreementSentence({ agreement, metrics, record }: Evaluation): string {
  const { sets, rows, largest, changedCalls, accuracyEqual } = agreement!;
  const what = `${plural(rows, "score")} of ${quoted(sets)}`;
  if (largest === 0 && accuracyEqual) return `The checkpoint says what its record says: ${what} to the last bit`;
  const calls = changedCalls === 0
    ? "no image is called otherwise"
    : `${plural(changedCalls, "image")} called otherwise`;
  const differing = sets.filter((set) => metrics[set].accuracy !== record.metrics[set]?.accuracy);
  const percent = (value: number | undefined) => value === undefined ? "none" : `${(100 * value).toFixed(2)} %`;
  const accuracies = differing.map((set) =>
    `"${set}" ${percent(record.metrics[set]?.accuracy)} in the record, ${percent(metrics[set].accuracy)} now`
  );
  const verdict = accuracyEqual
    ? "the accuracy is the same on every test set"
    : `the accuracy is not the same: ${accuracies.join("; ")}`;
  return `${what} differ from the record's by at most ${largest.toPrecision(2)}; ${calls}, and ${verdict}`;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
