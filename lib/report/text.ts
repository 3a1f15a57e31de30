import type { ColumnTable } from "arquero";
import type { CompareRow, DifferenceRow } from "./compare.ts";
import { percentInterval, pointsInterval, probability } from "./numbers.ts";

/** How wide a text may be. */
export interface TextOptions {
  /** In columns of a terminal, at least 60. */
  readonly width?: number;
}

/**
 * A comparison as text for a terminal: one line for each method and test set, percentages with their 95 % intervals.
 *
 * @param table what `compare` gives, or some rows of it
 */
export function comparisonText(table: ColumnTable, { width = 100 }: TextOptions = {}): string {
  const rows = table.objects() as CompareRow[];
  // a number that all share stands in the note below the table
  const differ = new Set(rows.filter(({ kind }) => kind === "method").map(({ seeds }) => seeds)).size > 1;
  const name = (row: CompareRow): string =>
    differ && row.kind === "method" ? `${row.method}, ${plural(row.seeds, "seed")}` : row.method;
  return alignedText([
    { title: "method", cells: once(rows.map(name)), shrinks: true },
    { title: "tested on", cells: rows.map(setName), shrinks: true },
    {
      title: "accuracy %",
      cells: rows.map((r) => percentInterval(r.accuracy, r.accuracyLow, r.accuracyHigh)),
      right: true,
    },
    { title: "AUC %", cells: rows.map((r) => percentInterval(r.auc, r.aucLow, r.aucHigh)), right: true },
    {
      title: "AP %",
      cells: rows.map((r) => percentInterval(r.averagePrecision, r.averagePrecisionLow, r.averagePrecisionHigh)),
      right: true,
    },
  ], { width });
}

/**
 * Paired differences as text for a terminal, in percentage points with their 95 % intervals and p-values.
 *
 * @param table what `differences` gives, or some rows of it
 */
export function differenceText(table: ColumnTable, { width = 100 }: TextOptions = {}): string {
  const rows = table.objects() as DifferenceRow[];
  return alignedText([
    { title: "difference", cells: once(rows.map(({ of, against }) => `${of} − ${against}`)), shrinks: true },
    { title: "tested on", cells: rows.map(setName), shrinks: true },
    {
      title: "accuracy, points",
      cells: rows.map((r) => pointsInterval(r.accuracy, r.accuracyLow, r.accuracyHigh)),
      right: true,
    },
    { title: "p", cells: rows.map((r) => probability(r.accuracyP)), right: true },
    { title: "AUC, points", cells: rows.map((r) => pointsInterval(r.auc, r.aucLow, r.aucHigh)), right: true },
    { title: "p", cells: rows.map((r) => probability(r.aucP)), right: true },
    ...(rows.every((r) => r.mcnemarP === null) ? [] : [
      { title: "McNemar p", cells: rows.map((r) => r.mcnemarP === null ? "" : probability(r.mcnemarP)), right: true },
    ]),
  ], { width });
}

/** A test set as readers should see it: the means say that they are means, trained generators that they were seen. */
export function setName({ set, role }: Pick<CompareRow, "set" | "role">): string {
  if (role === "mean") return "mean";
  if (role === "mean of unseen") return "mean of unseen";
  return role === "trained" ? `${set} (trained)` : set;
}

/** Rows for a page: there a reader begins at the top, and the means are the answer. */
export function meansFirst<T extends Pick<CompareRow, "role">>(rows: readonly T[]): T[] {
  const rank = ({ role }: T): number => role === "mean of unseen" ? 0 : role === "mean" ? 1 : 2;
  return rows.toSorted((a, b) => rank(a) - rank(b));
}

/** "1 seed", "3 seeds". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** One column of an aligned text. */
export interface TextColumn {
  readonly title: string;
  readonly cells: readonly string[];
  /** Aligned to the right, as numbers are. */
  readonly right?: boolean;
  /** Whether its cells may be cut (with "…") when the text would be too wide. */
  readonly shrinks?: boolean;
}

/** Columns side by side under their titles; every line at most `width` columns of a terminal, if the shrinking ones allow. */
export function alignedText(columns: readonly TextColumn[], { width = 100 }: TextOptions = {}): string {
  const shown = columns.map(({ title, cells, ...rest }) => ({ ...rest, cells: [title, ...cells].map(visible) }));
  const widths = shown.map(({ cells }) => widest(cells));
  for (;;) {
    const excess = lineWidth(widths) - width;
    const most = shown.reduce((best, { shrinks }, i) => shrinks && widths[i] > (widths[best] ?? LEAST) ? i : best, -1);
    if (excess <= 0 || most < 0) break;
    widths[most] -= 1;
  }
  const lines = shown[0].cells.map((_, line) =>
    shown.map(({ cells, right }, i) => {
      const cell = cut(cells[line], widths[i]);
      const space = " ".repeat(widths[i] - textWidth(cell));
      return right ? space + cell : cell + space;
    }).join(" ".repeat(GAP)).trimEnd()
  );
  const rule = widths.map((one) => "─".repeat(one)).join(" ".repeat(GAP));
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

/** Columns of a terminal between two columns of a text. */
const GAP = 2;

/** What a column that shrinks keeps. */
const LEAST = 8;

function lineWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + GAP, -GAP);
}

/** How wide a text of some columns is when all that shrink have done so. */
export function leastWidth(columns: readonly TextColumn[]): number {
  return lineWidth(columns.map(({ title, cells, shrinks }) => {
    const width = widest([title, ...cells]);
    return shrinks ? Math.min(width, LEAST) : width;
  }));
}

function widest(cells: readonly string[]): number {
  return cells.reduce((most, cell) => Math.max(most, textWidth(cell)), 0);
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Columns of a terminal that a text takes: two for East Asian wide characters and emoji, none for combining marks. */
export function textWidth(text: string): number {
  if (/^[ -~\u0370-\u03FF\u2026\u2212]*$/.test(text)) return text.length; // nearly every cell, at once
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += graphemeWidth(segment);
  return width;
}

function graphemeWidth(grapheme: string): number {
  if (/^\p{M}+$/u.test(grapheme) || /^\p{Cf}+$/u.test(grapheme)) return 0;
  if (/\p{Emoji_Presentation}|\uFE0F/u.test(grapheme)) return 2;
  // Unicode's East Asian Width has no property escape: the wide scripts, and the blocks of full-width forms
  const wide =
    /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6]/u;
  return wide.test(grapheme) && !/^[\uFF61-\uFFDC]/u.test(grapheme) ? 2 : 1;
}

function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = "";
  for (const { segment } of segmenter.segment(text)) {
    if (textWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Control characters shown as a replacement: a name may not move the cursor or change colours. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, "\uFFFD");
}

/** A repeated cell is left blank below its first. */
function once(cells: readonly string[]): string[] {
  return cells.map((cell, i) => cell === cells[i - 1] ? "" : cell);
}
