import type { ColumnTable } from "arquero";
import type { DifferenceRow } from "./compare.ts";
import { points } from "./numbers.ts";
import { plural } from "./text.ts";

/** What is to be said. */
export interface SentenceOptions {
  readonly metric?: "accuracy" | "auc" | "averagePrecision";
}

const names = { accuracy: "Accuracy", auc: "AUC", averagePrecision: "Average precision" } as const;

/**
 * A paired difference told as it is: how large, between which ends, and whether the interval contains 0. It speaks of
 * the mean over unseen generators where there is one, otherwise of the mean over all test sets.
 *
 * @param table what `differences` gives
 */
export function differenceSentence(table: ColumnTable, { metric = "accuracy" }: SentenceOptions = {}): string {
  const rows = table.objects() as DifferenceRow[];
  const row = rows.find(({ role }) => role === "mean of unseen") ?? rows.find(({ role }) => role === "mean");
  if (row === undefined) throw new RangeError("Cannot tell a difference: the table has no mean over test sets");
  const [value, low, high] = [row[metric], row[`${metric}Low`], row[`${metric}High`]];
  const where = row.role === "mean of unseen" ? "over the unseen generators" : "over all test sets";
  const here = row.seeds === 1 ? "in this one pair of runs" : "here";
  const finding = low > 0
    ? `lies above 0: ${row.of} is better ${here}`
    : high < 0
    ? `lies below 0: ${row.of} is worse ${here}`
    : "contains 0: the two are not told apart here";
  return `${names[metric]} ${where}, ${row.of} − ${row.against}: ${points(value)} points. ` +
    `The 95 % interval, ${points(low)} to ${points(high)}, ${finding}.`;
}

/** What the intervals of a table speak of, and what they do not. */
export function intervalNote(seeds: number): string {
  return seeds > 1
    ? `Intervals are 95 % bootstrap intervals over the source photographs and over ${plural(seeds, "seed")}` +
      (seeds < 5 ? "; with so few seeds they are rather too narrow." : ".")
    : "Intervals are 95 % bootstrap intervals over the source photographs of one training run each: " +
      "they do not say how much another seed would change.";
}
