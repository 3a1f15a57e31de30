import type { ColumnTable } from "arquero";
import type { CompareRow, DifferenceRow } from "./compare.ts";
import { percentInterval, pointsInterval } from "./numbers.ts";
import { meansFirst, setName, type TextColumn } from "./text.ts";

/** Columns as a Markdown table; bars and line breaks in cells stay text. */
export function markdownTable(columns: readonly TextColumn[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const lines = (columns[0]?.cells ?? []).map((_, line) => row(columns.map(({ cells }) => markdownText(cells[line]))));
  return [
    row(columns.map(({ title }) => markdownText(title))),
    row(columns.map(({ right }) => right ? "---:" : "---")),
    ...lines,
  ].join("\n");
}

/** A text as Markdown should show it, in a paragraph or a cell. */
export function markdownText(text: string): string {
  // brackets alone stay, since intervals have them; without its "(" a link is none
  return text.replace(/[\r\n]+/g, " ").replace(/[\\`*_<>|]|(?<=\])\(/g, (character) => `\\${character}`);
}

/** A picture that lies beside the text, with the words that stand for it where it is not seen. */
export function markdownPicture(file: string, alt: string): string {
  const address = encodeURI(file).replaceAll("(", "%28").replaceAll(")", "%29");
  return `![${markdownText(alt).replace(/[[\]]/g, "\\$&")}](${address})`;
}

/**
 * A comparison as a Markdown table of one number with its 95 % intervals: test sets down, methods across, the probe
 * last; narrower than the other way round when there are many generators.
 */
export function comparisonMarkdown(
  table: ColumnTable,
  { metric }: { readonly metric: "accuracy" | "auc" | "averagePrecision" },
): string {
  const rows = meansFirst(table.objects() as CompareRow[]);
  const sets = [...new Set(rows.map(setName))];
  const of = [...new Map(rows.map((row) => [`${row.kind} ${row.method}`, row])).values()];
  return markdownTable([
    { title: "tested on", cells: sets },
    ...of.map(({ kind, method }): TextColumn => ({
      title: kind === "probe" ? `${method} (probe)` : method,
      cells: sets.map((set) => {
        const row = rows.find((row) => row.kind === kind && row.method === method && setName(row) === set);
        return row === undefined ? "–" : percentInterval(row[metric], row[`${metric}Low`], row[`${metric}High`]);
      }),
      right: true,
    })),
  ]);
}

/** Paired differences as a Markdown table, in percentage points with their 95 % intervals: test sets down. */
export function differenceMarkdown(table: ColumnTable): string {
  const rows = meansFirst(table.objects() as DifferenceRow[]);
  return markdownTable([
    { title: "tested on", cells: rows.map(setName) },
    {
      title: "accuracy, points",
      cells: rows.map((row) => pointsInterval(row.accuracy, row.accuracyLow, row.accuracyHigh)),
      right: true,
    },
    { title: "AUC, points", cells: rows.map((row) => pointsInterval(row.auc, row.aucLow, row.aucHigh)), right: true },
  ]);
}
