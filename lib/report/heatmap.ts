import type { ColumnTable } from "arquero";
import { nearest } from "../definition/nearest.ts";
import type { CompareRow } from "./compare.ts";
import { type Figure, plotlyText } from "./figure.ts";
import { heat, type HeatCell } from "./heat.ts";
import { metricTitles } from "./numbers.ts";

/** Which two options are swept, and what is shown. */
export interface HeatmapOptions {
  /** Columns of the comparison: tags, or paths in which the definitions differ, as "loss.reconstruction.weight". */
  readonly across: string;
  /** See `across`. */
  readonly down: string;
  /** Which number is drawn; default "accuracy". */
  readonly metric?: "accuracy" | "auc" | "averagePrecision";
  /** Test set; null: the mean over unseen generators, or over all where it is not known which are unseen. */
  readonly set?: string | null;
}

/**
 * A number by two swept options, as λ across and γ down: a cell for each pair of values, with its 95 % interval.
 *
 * @param table what `compare` gives, or some rows of it
 * @throws {RangeError} when the table lacks a column or such rows, or several methods fall into one cell
 *
 * @example
 * ```ts
 * import { compare, plot } from "./mod.ts";
 * import { syntheticRecord } from "../../tests/report/records.ts"; // made up: yours come from sweep()
 *
 * const records = [0.01, 0.05].flatMap((λ) =>
 *   [0.5, 1].map((γ) => syntheticRecord({ name: `λ ${λ}, γ ${γ}`, terms: { λ, γ } }))
 * );
 * plot.heatmap(compare(records), { across: "loss.λ.weight", down: "loss.γ.weight" });
 * ```
 */
export function heatmap(
  table: ColumnTable,
  { across, down, metric = "accuracy", set = null }: HeatmapOptions,
): Figure {
  for (const name of [across, down]) checkColumn(table, name);
  const all = (table.objects() as (CompareRow & Record<string, unknown>)[]).filter(({ kind }) => kind === "method");
  const role = all.some((row) => row.role === "mean of unseen") ? "mean of unseen" : "mean";
  const rows = all.filter((row) => set === null ? row.role === role : row.set === set && !row.role.startsWith("mean"));
  if (rows.length === 0) {
    const sets = [...new Set(all.filter((row) => !row.role.startsWith("mean")).map((row) => row.set))];
    throw new RangeError(
      `Cannot plot ${set === null ? "the mean" : `test set "${set}"`}: found no such row of the table, ` +
        `its test sets are ${sets.map((name) => `"${name}"`).join(", ") || "none"}`,
    );
  }
  const seen = new Map<string, string>();
  const cells = rows.map((row): HeatCell => {
    const [x, y] = [String(row[across]), String(row[down])];
    const key = JSON.stringify([x, y]);
    if (seen.has(key)) {
      throw new RangeError(
        `Cannot plot "${seen.get(key)}" and "${row.method}" in one cell: both have ${across} ${x} and ${down} ${y}, ` +
          "expected one; filter the table by what else differs",
      );
    }
    seen.set(key, row.method);
    return { across: x, down: y, value: { value: row[metric], low: row[`${metric}Low`], high: row[`${metric}High`] } };
  });
  const about = set === null ? (role === "mean" ? "mean over all test sets" : "mean over unseen generators") : set;
  return heat([{ title: `<b>${plotlyText(about)}</b>`, cells }], {
    columns: ordered(rows.map((row) => row[across])),
    rows: ordered(rows.map((row) => row[down])),
    across: plotlyText(across),
    down: plotlyText(down),
    title: `${metricTitles[metric]}, %`,
  });
}

function checkColumn(table: ColumnTable, name: string): void {
  const names = table.columnNames();
  if (names.includes(name)) return;
  const meant = nearest(name, names);
  throw new RangeError(
    `Cannot plot by "${name}": the table has no such column${meant === null ? "" : `, did you mean "${meant}"?`}` +
      ` The definitions differ in ${names.slice(2, names.indexOf("seeds")).map((one) => `"${one}"`).join(", ")}`,
  );
}

/** Each value once, numbers by size, others as they come. */
function ordered(values: readonly unknown[]): string[] {
  const different = [...new Set(values)];
  const numbers = different.filter((value) => typeof value === "number").sort((a, b) => a - b);
  return (numbers.length === different.length ? numbers : different).map(String);
}
