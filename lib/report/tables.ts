import type { ColumnTable } from "arquero";
import type { CompareRow, DifferenceRow } from "./compare.ts";
import { escapeHtml, join } from "./html.ts";
import { percent, points } from "./numbers.ts";
import { plural, setName } from "./text.ts";

type Metric = "accuracy" | "auc" | "averagePrecision";

/** A comparison as an HTML table of one number: methods down, test sets across, each with its interval below it. */
export function comparisonHtml(table: ColumnTable, { metric }: { readonly metric: Metric }): string {
  const rows = table.objects() as CompareRow[];
  return crosstab(rows.map((row) => ({
    row: row.method,
    under: row.seeds > 1 ? plural(row.seeds, "seed") : "",
    column: setName(row),
    mean: row.role.startsWith("mean"),
    value: percent(row[metric]),
    interval: `${percent(row[`${metric}Low`])} – ${percent(row[`${metric}High`])}`,
  })));
}

/** Paired differences as an HTML table: accuracy and AUC down, test sets across. */
export function differenceHtml(table: ColumnTable): string {
  const rows = table.objects() as DifferenceRow[];
  return crosstab((["accuracy", "auc", "averagePrecision"] as const).flatMap((metric) =>
    rows.map((row) => ({
      row: { accuracy: "Accuracy", auc: "AUC", averagePrecision: "Average precision" }[metric],
      under: "points",
      column: setName(row),
      mean: row.role.startsWith("mean"),
      value: points(row[metric]),
      interval: `${points(row[`${metric}Low`])} to ${points(row[`${metric}High`])}`,
    }))
  ));
}

interface Cell {
  readonly row: string;
  readonly under: string;
  readonly column: string;
  readonly mean: boolean;
  readonly value: string;
  readonly interval: string;
}

function crosstab(cells: readonly Cell[]): string {
  const columns = [...new Map(cells.map(({ column, mean }) => [column, mean]))];
  const lines = [...new Map(cells.map(({ row, under }) => [row, under]))];
  const shade = (mean: boolean): string => mean ? ' class="means"' : "";
  return join([
    '<div class="scroll"><table>',
    `<thead><tr><th></th>${
      join(columns.map(([name, mean]) => `<th scope="col"${shade(mean)}>${escapeHtml(name)}</th>`))
    }</tr></thead>`,
    "<tbody>",
    ...lines.map(([name, under]) => {
      const row = columns.map(([column, mean]) => {
        const cell = cells.find((cell) => cell.row === name && cell.column === column);
        if (cell === undefined) return `<td${shade(mean)}>–</td>`;
        return `<td${shade(mean)}>${escapeHtml(cell.value)}<small>${escapeHtml(cell.interval)}</small></td>`;
      });
      const below = under === "" ? "" : `<small>${escapeHtml(under)}</small>`;
      return `<tr><th scope="row">${escapeHtml(name)}${below}</th>${join(row)}</tr>`;
    }),
    "</tbody></table></div>",
  ]);
}
