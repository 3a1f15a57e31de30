/** `evaluate --scores`: the tables of a run for a detector that was not trained here. */
import { basename } from "node:path";
import type { ForeignScores } from "../evaluate/scores_file.ts";
import type { FrozenThreshold } from "../metrics/mod.ts";
import { plural } from "../report/text.ts";
import { readRecord } from "../runs/store.ts";
import { printable } from "../terminal/width.ts";
import type { RunRecord } from "../types.ts";
import { type Given, UsageError } from "./command.ts";
import { oneRun } from "./one_run.ts";
import { load, shown, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";

/** Options of `evaluate` that speak of a checkpoint. */
const OF_CHECKPOINTS = ["data", "artifacts", "pipelines", "backend", "threads", "workers", "dry"];

/** A detector, by its scores or by its run. */
interface Detector {
  readonly record: RunRecord;
  /** Frozen on the validation rows of its file; null where there are none. */
  readonly frozen: FrozenThreshold | null;
}

/** Describes the scores of a file, and sets them beside those of another file or of a run; resolves to the exit code. */
export async function evaluateScoresFile(given: Given): Promise<number> {
  const { operands, values, flags } = given;
  const useless = OF_CHECKPOINTS.find((name) => values[name] !== undefined || flags[name]);
  if (useless !== undefined) {
    throw new UsageError(`Cannot run "evaluate": --${useless} speaks of a checkpoint, and --scores needs none`);
  }
  if (operands.length > 1) {
    throw new UsageError(
      `Cannot run "evaluate": ${plural(operands.length, "operand")} given beside --scores, expected at most one: ` +
        "another file of scores, or a run",
    );
  }
  const file = userPath(values.scores!);
  const [other] = operands;
  const beside = other === undefined ? null : await besideOf(other, { file, runs: values.runs });
  const own = await readFile(file);
  const detector = await detectorOf(own, { file, beside: beside?.record ?? null });
  await tell(beside === null ? [detector] : [beside, detector], flags);
  return 0;
}

/** What stands beside the file: another file, or a run. */
async function besideOf(
  word: string,
  { file, runs }: { readonly file: string; readonly runs?: string },
): Promise<Detector> {
  if (!word.toLowerCase().endsWith(".csv")) {
    const record = await readRecord(await oneRun(userPath(runs ?? "runs"), word));
    if (record.status === "done") return { record, frozen: null };
    throw new Error(`Cannot set "${shown(file)}" beside "${word}": its run is ${record.status}, expected done`);
  }
  const path = userPath(word);
  return await detectorOf(await readFile(path), { file: path, beside: null });
}

async function readFile(file: string): Promise<ForeignScores> {
  const { readScores } = await load<typeof import("../evaluate/scores_file.ts")>("lib/evaluate/scores_file.ts");
  let text;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(
      `Cannot read scores of "${shown(file)}": there is no such file, expected a CSV file with id,label,score`,
    );
  }
  return readScores(text, { file: shown(file) });
}

/** A record that holds what tables ask of one, in the rows of what it stands beside. */
async function detectorOf(
  { test, validation }: ForeignScores,
  { file, beside }: { readonly file: string; readonly beside: RunRecord | null },
): Promise<Detector> {
  const { inRowsOf } = await load<typeof import("../evaluate/scores_file.ts")>("lib/evaluate/scores_file.ts");
  const { evaluateScores } = await load<typeof import("../evaluate/evaluate.ts")>("lib/evaluate/evaluate.ts");
  const { frozenThresholds } = await load<typeof import("../metrics/mod.ts")>("lib/metrics/mod.ts");
  const name = nameOf(file, beside?.experiment.name ?? null);
  const against = beside?.experiment.name ?? "";
  const scores = beside === null ? test : inRowsOf(test, beside.scores, { name, against });
  const record = {
    id: file,
    data: null,
    status: "done",
    // no generators are named, so that no test set is called trained or unseen
    experiment: { name, tags: {}, seed: beside?.experiment.seed ?? 0, data: { train: [{}] }, scores: file },
    history: [],
    metrics: evaluateScores(scores),
    scores,
    probe: null,
  } as unknown as RunRecord;
  return { record, frozen: validation === null ? null : frozenThresholds(validation).all };
}

/** The file's name without its ending; with it where the other is called so already. */
function nameOf(file: string, other: string | null): string {
  const short = basename(file).replace(/\.csv$/i, "");
  return short === other ? shown(file) : short;
}

/** Prints or writes the tables of one or two detectors. */
async function tell(detectors: readonly Detector[], flags: Given["flags"]): Promise<void> {
  const report = await load<typeof import("../report/mod.ts")>("lib/report/mod.ts");
  const records = detectors.map(({ record }) => record);
  const frozen = new Map(detectors.map(({ record, frozen }) => [record.scores, frozen]));
  const thresholds = ({ scores }: RunRecord) => frozen.get(scores)?.threshold ?? null;
  const sets = report.compare(records);
  const names = report.methodNames(sets);
  const every = report.everyMetric(records, { thresholds });
  const apart = names.length === 1 ? null : report.differences(records, { of: names[1], against: names[0] });
  if (flags.json) {
    printJson({
      detectors: detectors.map(({ record, frozen }, i) => ({ name: names[i], metrics: record.metrics, frozen })),
      sets: sets.objects(),
      metrics: every.objects(),
      differences: apart?.objects() ?? null,
    });
    return;
  }
  print(report.comparisonText(sets));
  for (const [i, { record, frozen }] of detectors.entries()) {
    const images = plural(record.scores.id.length, "score");
    print(`\n${printable(names[i])}: ${images}\n\n${report.metricsText(record.metrics)}`);
    print(`\n${report.everyMetricText(report.everyMetric([record], { thresholds }))}`);
    if (frozen !== null) print(`\n${frozenSentence(frozen)}`);
  }
  if (apart !== null) print(`\n${report.differenceText(apart)}`);
  print(`\n${report.METRICS_NOTE}\n\n${report.intervalNote(1)}`);
}

function frozenSentence({ threshold, real, fake, accuracy }: FrozenThreshold): string {
  return `The frozen threshold is ${threshold.toPrecision(4)}: of ${plural(real, "validation photograph")} and ` +
    `${plural(fake, "fake")} ${(100 * accuracy).toFixed(1)} % are called right there`;
}
