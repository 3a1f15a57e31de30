import type { ColumnTable } from "arquero";
import type { CompareRow, DifferenceRow } from "./compare.ts";
import { metricTitles, points } from "./numbers.ts";
import { plural } from "./text.ts";

/** What is to be said. */
export interface SentenceOptions {
  /** Which number is told; default "accuracy". */
  readonly metric?: "accuracy" | "auc" | "averagePrecision";
}

/**
 * A paired difference told as it is: how large, between which ends, and whether the interval contains 0. It speaks of
 * the mean over unseen generators where there is one, otherwise of the mean over all test sets.
 *
 * @param table what `differences` gives
 * @throws {RangeError} when the table has no mean over test sets
 */
export function differenceSentence(table: ColumnTable, { metric = "accuracy" }: SentenceOptions = {}): string {
  const row = meanRow(table);
  const where = row.role === "mean of unseen" ? "over the unseen generators" : "over all test sets";
  const here = row.seeds === 1 ? "in this one pair of runs" : "here";
  const end = {
    "better": `lies above 0: ${row.of} is better ${here}`,
    "worse": `lies below 0: ${row.of} is worse ${here}`,
    "not told apart": "contains 0: the two are not told apart here",
  }[finding(table, { metric })];
  return `${metricTitles[metric]} ${where}, ${row.of} − ${row.against}: ${points(row[metric])} points. ` +
    `The 95 % interval, ${points(row[`${metric}Low`])} to ${points(row[`${metric}High`])}, ${end}.`;
}

/** What a paired difference shows of the first method; one whose interval contains 0 shows nothing. */
export type Finding = "better" | "worse" | "not told apart";

/**
 * The finding behind {@linkcode differenceSentence}, for sentences of one's own.
 *
 * @throws {RangeError} when the table has no mean over test sets
 */
export function finding(table: ColumnTable, { metric = "accuracy" }: SentenceOptions = {}): Finding {
  const row = meanRow(table);
  if (row[`${metric}Low`] > 0) return "better";
  return row[`${metric}High`] < 0 ? "worse" : "not told apart";
}

/** How the first method of some paired differences stands to all of the others: a count of findings. */
export function gainsSentence(tables: readonly ColumnTable[]): string {
  const { of, role } = meanRow(tables[0]);
  const where = role === "mean of unseen" ? "over the unseen generators" : "over all test sets";
  const against = (wanted: Finding): string[] =>
    tables.filter((table) => finding(table) === wanted).map((table) => meanRow(table).against);
  const [better, worse, apart] = (["better", "worse", "not told apart"] as const).map(against);
  const counted = (names: readonly string[]): string => names.length > 4 ? `${names.length} methods` : names.join(", ");
  const parts = [
    ...(better.length === 0 ? [] : [`better than ${counted(better)}`]),
    ...(worse.length === 0 ? [] : [`worse than ${counted(worse)}`]),
    ...(apart.length === 0 ? [] : [`not told apart from ${counted(apart)}`]),
  ];
  return `Accuracy ${where}, paired: ${of} is ${parts.join("; ")}. With ${tables.length} differences at 95 % some ` +
    `may lie apart from 0 by chance.`;
}

/**
 * The row of a paired difference that answers: the mean over unseen generators where there is one, or over all.
 *
 * @throws {RangeError} when the table has no mean over test sets
 */
export function meanRow(table: ColumnTable): DifferenceRow {
  const rows = table.objects() as DifferenceRow[];
  const row = rows.find(({ role }) => role === "mean of unseen") ?? rows.find(({ role }) => role === "mean");
  if (row === undefined) throw new RangeError("Cannot tell a difference: the table has no mean over test sets");
  return row;
}

/** What the rows of the probe are; null when a comparison has none. */
export function probeNote(table: ColumnTable): string | null {
  if (!(table.objects() as CompareRow[]).some(({ kind }) => kind === "probe")) return null;
  return "Trivial cues is no method but a probe: a logistic regression on stored size, mean colour, high-pass energy " +
    "and block step, learned from the same training images. What it reaches can be had without seeing what an image " +
    "shows, and a method shows more only by what it adds to that.";
}

/** What the intervals of a table speak of, and what they do not. */
export function intervalNote(seeds: number): string {
  return seeds > 1
    ? `Intervals are 95 % bootstrap intervals over the source photographs and over ${plural(seeds, "seed")}` +
      (seeds < 5 ? "; with so few seeds they are rather too narrow." : ".")
    : "Intervals are 95 % bootstrap intervals over the source photographs of one training run each: " +
      "they do not say how much another seed would change.";
}
