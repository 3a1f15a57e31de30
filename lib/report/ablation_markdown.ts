import type { RunRecord } from "../types.ts";
import { compare, type CompareRow } from "./compare.ts";
import { spaced } from "./definition.ts";
import { markdownTable } from "./markdown.ts";
import { findMethod, groupMethods } from "./methods.ts";
import { percentInterval, pointsInterval } from "./numbers.ts";
import { variations } from "./variants.ts";

/** So many changes of a definition stand in a cell. */
const CHANGES = 4;

/** Row of `compare` with a baseline, in the two metrics that the table tells. */
type PairedRow =
  & CompareRow
  & Readonly<Record<`${"accuracy" | "auc"}Difference${"" | "Low" | "High"}`, number | null>>;

/**
 * An ablation as a Markdown table: variants down; what each changes of the baseline's definition, accuracy and AUC over
 * the unseen generators or, where it is not known which those are, over all, and the paired differences from the baseline.
 *
 * @throws {RangeError} where `compare` does
 */
export function ablationMarkdown(records: readonly RunRecord[], { baseline }: { readonly baseline: string }): string {
  const methods = groupMethods(records);
  const start = findMethod(methods, baseline);
  const all = (compare(records, { baseline }).objects() as PairedRow[]).filter(({ kind }) => kind === "method");
  const role = all.some((row) => row.role === "mean of unseen") ? "mean of unseen" : "mean";
  const rows = all.filter((row) => row.role === role);
  const numbers = (metric: "accuracy" | "auc") => (row: PairedRow): string =>
    percentInterval(row[metric], row[`${metric}Low`], row[`${metric}High`]);
  const apart = (metric: "accuracy" | "auc") => (row: PairedRow): string => {
    const [value, low, high] = (["", "Low", "High"] as const).map((part) => row[`${metric}Difference${part}`]);
    return value === null || low === null || high === null ? "–" : pointsInterval(value, low, high);
  };
  return markdownTable([
    { title: "variant", cells: rows.map(({ method }) => method) },
    {
      title: `what differs from ${baseline}`,
      cells: rows.map(({ method }) => method === baseline ? "–" : changes([start, findMethod(methods, method)])),
    },
    { title: "accuracy, %", cells: rows.map(numbers("accuracy")), right: true },
    { title: "difference, points", cells: rows.map(apart("accuracy")), right: true },
    { title: "AUC, %", cells: rows.map(numbers("auc")), right: true },
    { title: "difference, points", cells: rows.map(apart("auc")), right: true },
  ]);
}

/** In what a definition differs from the baseline's, as "loss reconstruction: none → reconstructionTriplet". */
function changes(pair: Parameters<typeof variations>[0]): string {
  const found = variations(pair).map(({ path, values: [from, to] }) => `${spaced(path)}: ${told(from)} → ${told(to)}`);
  const left = found.length - CHANGES;
  return left > 0 ? `${found.slice(0, CHANGES).join("; ")}; and ${left} more` : found.join("; ") || "nothing";
}

function told(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(told).join(", ");
  if (typeof value === "object") return (value as { kind?: string }).kind ?? JSON.stringify(value);
  return typeof value === "number" ? String(value).replace("-", "−") : String(value);
}
