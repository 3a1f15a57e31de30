import type { ColumnTable } from "arquero";
import type { CompareRow } from "./compare.ts";
import type { MetricRow } from "./every_metric.ts";
import { metricLines } from "./metrics_text.ts";
import { fixed, fixedInterval } from "./numbers.ts";
import type { TextOptions } from "./text.ts";

/**
 * Methods side by side in every metric, as means over test sets, and how many epochs each takes to be as good on validation
 * data as it becomes.
 *
 * @param table what `everyMetric` gives
 * @param compared what `compare` gives of the same records
 */
export function meansText(
  table: ColumnTable,
  { compared, ...options }: TextOptions & { readonly compared: ColumnTable },
): string {
  const rows = table.objects() as MetricRow[];
  const means = Map.groupBy(
    rows.filter(({ role, threshold }) => role === "mean" && threshold !== "frozen"),
    ({ method }) => method,
  );
  const lines = [...means].map(([name, own]) => ({
    name,
    metrics: Object.fromEntries(own.map(({ metric, value }) => [metric, value])),
  }));
  const epochs = lines.map(({ name }) => epochsCell(compared.objects() as CompareRow[], name));
  const columns = epochs.every((cell) => cell === "") ? [] : [{ title: "epochs", cells: epochs, right: true }];
  return metricLines(lines, { title: "mean over test sets", columns, ...options });
}

/** What the column of epochs means. */
export const EPOCHS_NOTE =
  "“epochs” counts them until accuracy on the validation split is within half a point of the best " +
  "of any epoch: the mean over seeds with Student's 95 % interval.";

function epochsCell(rows: readonly CompareRow[], name: string): string {
  const row = rows.find(({ kind, method }) => kind === "method" && method === name);
  if (row === undefined || row.epochsToReach === null) return "";
  const { epochsToReach: value, epochsToReachLow: low, epochsToReachHigh: high } = row;
  return low === null || high === null ? fixed(value, 0) : fixedInterval(value, { low, high }, 1);
}
