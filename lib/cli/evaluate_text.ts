/** What an evaluation found, in words. */
import type { Evaluation } from "../evaluate_run.ts";
import type { CompareRow, CorruptionRow } from "../report/mod.ts";
import { captionsSentence } from "../report/captions.ts";
import { plural } from "../report/text.ts";
import type { RunRecord } from "../types.ts";

/** What was asked for. */
export interface Asked {
  /** Whether the definition's own test sets were scored. */
  readonly own?: boolean;
  readonly dry?: boolean;
  readonly json?: boolean;
}

/** The run as a record that holds what was found, and nothing else of scores. */
export function foundRecord({ record, scores, metrics, altered }: Evaluation): RunRecord {
  const all = altered.map(({ name, scores }) => ({ ...scores, corruption: scores.id.map((): string | null => name) }));
  const columns = Object.keys(scores) as (keyof typeof scores)[];
  const joined = Object.fromEntries(columns.map((name) => [name, [scores, ...all].flatMap((part) => [...part[name]])]));
  return { ...record, status: "done", metrics, scores: joined as unknown as RunRecord["scores"], probe: null };
}

/** An evaluation as one value, without the scores: what `--json` writes. */
export function evaluationDocument(
  found: Evaluation,
  sets: readonly CompareRow[],
  robustness: readonly CorruptionRow[] = [],
): object {
  const { record, scores: _, altered, ...rest } = found;
  const each = altered.map(({ scores: _, ...one }) => one);
  return {
    ...{ name: record.experiment.name, id: record.id, status: record.status, ...rest, sets },
    ...(altered.length === 0 ? {} : { altered: each, robustness }),
  };
}

/** Sentences on how the scores stand to the record, and what it took in. */
export function findings(found: Evaluation, { own = false, dry = false }: Asked): string[] {
  const { agreement, kept, altered, record, backend } = found;
  const sentences: string[] = [];
  const { unreadable: [first, ...others] } = found;
  if (first !== undefined) {
    const count = plural(others.length + 1, "image");
    sentences.push(
      `${count} could not be read and got no score${others.length > 0 ? ", the first" : ""}: ${first.reason}`,
    );
  }
  if (agreement !== null) sentences.push(agreementSentence(found));
  if (found.captions !== null) sentences.push(captionsSentence(found.captions));
  if (own && agreement === null && altered.length === 0) {
    sentences.push(`Its record has no scores to compare with: the run is ${record.status}, and is scored at its end`);
  }
  if (own && agreement !== null && agreement.largest > 0 && backend !== record.environment.backend) {
    sentences.push(
      `The record was made on ${record.environment.backend}, and backends round differently: see --backend`,
    );
  }
  if (altered.length > 0 && record.status === "done" && record.frozen === null) {
    sentences.push(
      "No threshold is frozen: the run is older than the scores of its validation split. Run it again with --fresh to " +
        "have one",
    );
  }
  if (own && altered.length === 0) return sentences;
  const made = altered.filter(({ known }) => !known).map(({ name }) => name);
  const taken = [
    ...(kept.length > 0 ? [quoted(kept)] : []),
    ...(made.length > 0 ? [`the scores under ${made.join(", ")}`] : []),
  ];
  if (dry) sentences.push("Its record was left as it is");
  else if (record.status !== "done") {
    sentences.push(`Nothing was added to its record, since the run is ${record.status} and not done`);
  } else if (taken.length > 0) sentences.push(`Its record has ${taken.join(" and ")} now`);
  else if (altered.length > 0) sentences.push("Its record has all of these scores already, and nothing was added");
  else sentences.push("Its record has these test sets already, and nothing was added");
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
