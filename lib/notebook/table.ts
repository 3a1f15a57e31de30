import { escapeHtml } from "../report/html.ts";
import { percent, thousands } from "../report/numbers.ts";
import type { ColumnTable } from "../report/table.ts";
import { alignedText, plural } from "../report/text.ts";
import type { Bundle } from "./kernel.ts";

/** Rows that are shown of a long table. */
const MOST_ROWS = 50;
/** Characters that are shown of a long text. */
const MOST_CHARACTERS = 60;

/** Columns of `compare`, `differences` and metrics that hold fractions; what is called so is shown in per cent. */
const FRACTIONS = /^(\w*[aA]ccuracy|auc|averagePrecision|tprAt\d+Fpr)(Difference)?(Low|High)?$/;

/** A column as it is shown. */
interface Shown {
  readonly name: string;
  readonly cells: readonly string[];
  /** The same, whole. */
  readonly full: readonly string[];
  readonly numeric: boolean;
}

/** A table as a notebook shows it: at most fifty rows, numbers of a column with equally many decimals. */
export function tableBundle(table: ColumnTable): Bundle {
  const rows = table.objects({ limit: MOST_ROWS }) as Record<string, unknown>[];
  const columns = table.columnNames().map((name) => shownColumn(name, rows.map((row) => row[name])));
  const note = sizeNote(table, rows.length);
  return {
    "text/html": tableHtml(columns, note),
    "text/plain": columns.length === 0 ? note : `${
      alignedText(
        columns.map(({ name, cells, numeric }) => ({ title: name, cells, right: numeric, shrinks: !numeric })),
        { width: 160 },
      )
    }\n${note}`,
  };
}

function sizeNote(table: ColumnTable, shown: number): string {
  const rows = table.numRows();
  const size = `${thousands(rows)} row${rows === 1 ? "" : "s"} × ${plural(table.numCols(), "column")}`;
  return rows > shown ? `${size}, the first ${shown} of them shown` : size;
}

function shownColumn(name: string, values: readonly unknown[]): Shown {
  const known = values.filter((value) => value !== null && value !== undefined);
  const numeric = known.length > 0 && known.every((value) => typeof value === "number" || typeof value === "bigint");
  const write = numeric ? numberWriter(name, known.map(Number)) : writeValue;
  const full = values.map((value) => value === null || value === undefined ? "–" : write(value));
  return { name, full, cells: full.map(cut), numeric };
}

/** How the numbers of one column are written: three or four digits of the largest, all with the same decimals. */
function numberWriter(name: string, numbers: readonly number[]): (value: unknown) => string {
  if (FRACTIONS.test(name)) return (value) => finite(value, (x) => `${percent(x)} %`);
  if (numbers.every((x) => Number.isInteger(x) || !Number.isFinite(x))) {
    return (value) => typeof value === "bigint" ? value.toLocaleString("en-US") : finite(value, minus(thousands));
  }
  const largest = Math.max(...numbers.filter(Number.isFinite).map(Math.abs));
  if (largest < 1e-4 || largest >= 1e9) return (value) => finite(value, minus((x) => x.toExponential(2)));
  const digits = Math.min(7, Math.max(0, 2 - Math.floor(Math.log10(largest))));
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return (value) => finite(value, minus((x) => x.toLocaleString("en-US", options)));
}

function finite(value: unknown, write: (x: number) => string): string {
  return Number.isFinite(value) ? write(value as number) : String(value);
}

/** With a real minus sign. */
function minus(write: (x: number) => string): (x: number) => string {
  return (x) => write(x).replace(/^-/, "−");
}

function writeValue(value: unknown): string {
  if (value instanceof Date) return value.toISOString().replace("T00:00:00.000Z", "");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length <= MOST_CHARACTERS ? text : `${characters.slice(0, MOST_CHARACTERS - 1).join("")}…`;
}

/** Styles stand in the elements: a notebook strips style sheets from what it does not trust. */
function tableHtml(columns: readonly Shown[], note: string): string {
  const rows = columns[0]?.cells.length ?? 0;
  const align = ({ numeric }: Shown): string =>
    `text-align:${numeric ? "right" : "left"};white-space:nowrap;padding:2px 8px`;
  const head = columns.map((column) => `<th style="${align(column)}">${escapeHtml(column.name)}</th>`);
  const body = Array.from({ length: rows }, (_, row) => {
    const cells = columns.map((column) => {
      const [cell, full] = [column.cells[row], column.full[row]];
      const title = cell === full ? "" : ` title="${escapeHtml(full)}"`;
      const tabular = column.numeric ? ";font-variant-numeric:tabular-nums" : "";
      return `<td style="${align(column)}${tabular}"${title}>${escapeHtml(cell)}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<div style="max-width:100%;overflow-x:auto"><table style="margin:0"><thead><tr>${
    head.join("")
  }</tr></thead>\n` +
    `<tbody>${body.join("\n")}</tbody></table></div>\n` +
    `<div style="opacity:0.65;font-size:90%">${escapeHtml(note)}</div>`;
}
