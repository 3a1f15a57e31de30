import type { ColumnTable } from "arquero";
import { percent } from "./numbers.ts";
import { type OverviewRow, wayColumns } from "./overview.ts";
import { alignedText, leastWidth, type TextColumn, type TextOptions } from "./text.ts";

/**
 * An overview as text for a terminal: one line for each method, in what it differs, then percentages. Columns are headed
 * by the end of their path; those that have no room are named below.
 *
 * @param table what `overview` gives, or some rows of it
 */
export function overviewText(table: ColumnTable, { width = 100 }: TextOptions = {}): string {
  const rows = table.objects() as (OverviewRow & Record<string, unknown>)[];
  const ways = wayColumns(table);
  const titles = shortPaths(ways);
  const cell = (value: number | null): string => value === null ? "–" : percent(value);
  const column = (title: string, cells: string[]): TextColumn => ({ title, cells, right: true });
  const unseen = rows.some(({ accuracyUnseen }) => accuracyUnseen !== null);
  const numbers = [
    ...(new Set(rows.map(({ seeds }) => seeds)).size > 1
      ? [column("seeds", rows.map((row) => String(row.seeds)))]
      : []),
    column("accuracy %", rows.map((row) => cell(row.accuracy))),
    column("AUC %", rows.map((row) => cell(row.auc))),
    column("AP %", rows.map((row) => cell(row.averagePrecision))),
    ...(unseen
      ? [
        column("unseen: accuracy %", rows.map((row) => cell(row.accuracyUnseen))),
        column("AUC %", rows.map((row) => cell(row.aucUnseen))),
        column("AP %", rows.map((row) => cell(row.averagePrecisionUnseen))),
      ]
      : []),
  ];
  const method = { title: "method", cells: rows.map((row) => row.method), shrinks: true };
  const shown: TextColumn[] = [];
  const left: string[] = [];
  for (const [i, name] of ways.entries()) {
    const values = rows.map((row) => row[name]);
    const right = values.every((value) => value === null || typeof value === "number");
    const way = { title: titles[i], cells: values.map((value) => String(value ?? "")), right, shrinks: true };
    if (leastWidth([method, ...shown, way, ...numbers]) <= width) shown.push(way);
    else left.push(name);
  }
  const text = alignedText([method, ...shown, ...numbers], { width });
  return left.length === 0 ? text : `${text}\n\nThe methods differ in more than has room here: ${left.join(", ")}.`;
}

/** The shortest end of each dotted path that no other has and that says what it speaks of, as "contrastive.margin". */
function shortPaths(paths: readonly string[]): string[] {
  return paths.map((path) => {
    const words = path.split(".");
    for (let from = words.length - 2; from > 0; from--) {
      const end = words.slice(from).join(".");
      if (/^\d/.test(end)) continue; // a place in a list
      if (!paths.some((other) => other !== path && (other === end || other.endsWith(`.${end}`)))) return end;
    }
    return path;
  });
}
