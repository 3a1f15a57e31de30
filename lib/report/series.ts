import type { Figure } from "./figure.ts";
import { join } from "./html.ts";
import { type Cell, type Row, sortableHtml } from "./sortable.ts";

/** What is read of a trace; plotly has some fifty kinds of them. */
interface Trace {
  readonly name?: string;
  readonly x?: readonly unknown[];
  readonly y?: readonly unknown[];
  readonly z?: readonly (readonly unknown[])[];
  readonly orientation?: "h" | "v";
  readonly xaxis?: string;
  readonly hoverinfo?: string;
  readonly hovertemplate?: unknown;
}

/** Largest number of columns of a matrix that is told cell by cell. */
const WIDEST = 20;

/**
 * The numbers of a figure for those who do not see it, as a table that is folded up: of each line where it begins and
 * ends, how low and how high it goes and where; of a heat map its cells. A sentence where there are no numbers by place.
 *
 * @param caption what the figure shows
 */
export function seriesHtml(figure: Figure, caption: string): string {
  const traces = (figure.data as readonly Trace[]).filter(({ hoverinfo }) => hoverinfo !== "skip");
  const tables = [linesTable(figure, traces, caption), ...traces.flatMap((one) => matrixTable(one, caption))]
    .filter((table) => table !== null);
  if (tables.length === 0) return "";
  return join(["<details><summary>The figure in numbers</summary>", ...tables, "</details>"]);
}

function linesTable(figure: Figure, traces: readonly Trace[], caption: string): string | null {
  const rows = traces.flatMap((trace) => lineRow(figure, trace) ?? []);
  if (rows.length === 0) return null;
  const panels = new Set(rows.map(({ panel }) => panel)).size > 1;
  return sortableHtml({
    caption: `In numbers. ${caption}`,
    corner: "Series",
    columns: [
      ...(panels ? [{ title: "panel", texts: true }] : []),
      ...["points", "first", "last", "lowest", "highest"].map((title) => ({ title })),
    ],
    rows: rows.map(({ panel, head, cells }): Row => ({ head, cells: panels ? [{ text: panel }, ...cells] : cells })),
  });
}

function lineRow(figure: Figure, trace: Trace): { panel: string; head: Cell; cells: Cell[] } | null {
  const [along, values] = trace.orientation === "h" ? [trace.y, trace.x] : [trace.x, trace.y];
  const known = (values ?? []).flatMap((value, i) =>
    typeof value === "number" && Number.isFinite(value) ? [{ value, at: along?.[i] ?? i }] : []
  );
  if (known.length === 0) return null;
  const cell = ({ value, at }: { value: number; at: unknown }): Cell => {
    return { text: short(value), under: `at ${typeof at === "number" ? short(at) : shownText(String(at))}`, value };
  };
  const lowest = known.reduce((best, one) => one.value < best.value ? one : best);
  const highest = known.reduce((best, one) => one.value > best.value ? one : best);
  return {
    panel: panelOf(figure, trace),
    head: { text: shownText(trace.name ?? ""), ...whichOf(trace) },
    cells: [
      { text: String(known.length), value: known.length },
      ...[known[0], known[known.length - 1], lowest, highest].map(cell),
    ],
  };
}

function matrixTable({ x = [], y = [], z = [] }: Trace, caption: string): string[] {
  if (z.length === 0 || z[0].length > WIDEST) return [];
  return [sortableHtml({
    caption: `In numbers. ${caption}`,
    corner: "Row",
    columns: z[0].map((_, i) => ({ title: shownText(String(x[i] ?? i + 1)) })),
    rows: z.map((row, i) => ({
      head: { text: shownText(String(y[i] ?? i + 1)) },
      cells: row.map((value) => typeof value === "number" ? { text: short(value), value } : null),
    })),
  })];
}

/** The title that stands above the panel of a trace; "" where it has none. */
function panelOf({ layout }: Figure, { xaxis = "x" }: Trace): string {
  const above = layout.annotations?.find(({ xref }) => xref === `${xaxis} domain`);
  return shownText(above?.text ?? "");
}

/** Which of the lines of one name it is, where its hover text ends with that in brackets, as "(seed 2)". */
function whichOf({ hovertemplate }: Trace): { under?: string } {
  const which = typeof hovertemplate === "string" ? /\(((?:seed|mean of) [^()]*)\)$/.exec(hovertemplate) : null;
  return which === null ? {} : { under: shownText(which[1]) };
}

/** What a reader sees of a text that plotly is given: without its tags, and its entities as signs. */
function shownText(text: string): string {
  return text.replace(/<br>/g, " ").replace(/<[^<>]*>/g, "").replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

/** Four digits say more than a figure shows. */
function short(value: number): string {
  return String(Number(value.toPrecision(4))).replace("-", "−");
}
