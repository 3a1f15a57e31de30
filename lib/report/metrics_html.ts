/** Every metric as HTML tables: in all, and by test set. */
import type { ColumnTable } from "arquero";
import type { MetricRole, MetricRow } from "./every_metric.ts";
import { escapeHtml, join } from "./html.ts";
import { metricName, metricNumbers } from "./metrics_text.ts";
import { type Cell, sortableHtml } from "./sortable.ts";

/** Means and ends of the test sets, in the order in which they stand beside them. */
const OVER: Readonly<Partial<Record<MetricRole, string>>> = {
  "mean of unseen": "mean of unseen",
  "mean": "mean",
  "deviation": "standard deviation",
  "minimum": "minimum",
  "maximum": "maximum",
  "pooled": "all images",
};

/** Metrics down and methods across, of the mean over unseen generators where it is known, or over all test sets. */
export function metricsInAllHtml(table: ColumnTable): string {
  const all = table.objects() as MetricRow[];
  const role = all.some((row) => row.role === "mean of unseen") ? "mean of unseen" : "mean";
  const rows = all.filter((row) => row.role === role);
  const methods = [...new Set(rows.map(({ method }) => method))];
  return sortableHtml({
    caption:
      `Every metric as mean over ${role === "mean" ? "all test sets" : "the unseen generators"}: a row for each ` +
      "metric, a column for each method; below each number its 95 % interval.",
    corner: "Metric",
    columns: methods.map((title) => ({ title })),
    rows: lines(rows).map((line) => ({
      head: { text: metricName(line[0]) },
      cells: methods.map((method) => cellOf(line.find((row) => row.method === method))),
    })),
  });
}

/** Metrics down and test sets across, a table for each method, folded up. */
export function metricsBySetHtml(table: ColumnTable): string {
  const methods = Map.groupBy(table.objects() as MetricRow[], ({ method }) => method);
  return join([...methods].map(([method, rows]) => {
    const over = (Object.keys(OVER) as MetricRole[]).filter((role) => rows.some((row) => row.role === role));
    const sets = new Map(rows.filter(({ role }) => !(role in OVER)).map(({ set, role }) => [set, role]));
    const titles = [...sets].map(([set, role]) => ({ title: role === "trained" ? `${set} (trained)` : set }));
    return join([
      `<details><summary>${escapeHtml(method)}</summary>`,
      sortableHtml({
        caption: `Every metric of ${method}: a row for each, a column for each test set and for what is over them.`,
        corner: "Metric",
        columns: [...over.map((role) => ({ title: OVER[role]!, mean: true })), ...titles],
        rows: lines(rows).map((line) => ({
          head: { text: metricName(line[0]) },
          cells: [
            ...over.map((role) => cellOf(line.find((row) => row.role === role))),
            ...sets.keys().map((set) => cellOf(line.find((row) => row.set === set && !(row.role in OVER)))),
          ],
        })),
      }),
      "</details>",
    ]);
  }));
}

/** The rows of each metric and threshold, in their order. */
function lines(rows: readonly MetricRow[]): MetricRow[][] {
  return [...Map.groupBy(rows, ({ metric, threshold }) => `${metric} ${threshold}`).values()];
}

function cellOf(row: MetricRow | undefined): Cell | null {
  return row === undefined ? null : { ...metricNumbers(row), value: row.value };
}
