import type { SweepEvent, SweepTable } from "../cluster/events.ts";
import type { SweepRow } from "../cluster/rows.ts";
import { colour, ink } from "../report/figure.ts";
import { escapeHtml } from "../report/html.ts";
import { endedLine, rungLine, sentence, standsWords, tableLines } from "../terminal/sweep.ts";
import { three } from "../terminal/words.ts";
import { displayable } from "./displayable.ts";
import { type Bundle, flushed, newOutput } from "./kernel.ts";
import type { Place } from "./progress.ts";

/** How a sweep is shown. */
export interface ShowSweep extends Partial<Place> {
  /** Stops the sweep, beside the interrupt of the cell. */
  readonly signal?: AbortSignal;
}

/** Least seconds between two drawings, rows that are shown, and lines that stay. */
const REDRAW = 0.5;
const ROWS = 200;
const LINES = 8;

/**
 * Passes a sweep's events on and shows them under the cell: how far it is and a table of its runs, in one output that is
 * redrawn and whose last state is saved with the notebook. Interrupting the cell stops all runs, which keep their places.
 *
 * @param start begins the sweep, given the signal that stops it
 * @throws {DOMException} "AbortError" when it was stopped, with a sentence on how to go on
 */
export async function* showSweep(
  start: (signal: AbortSignal) => AsyncIterable<SweepEvent>,
  { signal, output = newOutput(), now = () => performance.now() / 1000 }: ShowSweep = {},
): AsyncGenerator<SweepEvent, void> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const lines: string[] = [];
  let table: SweepTable | null = null;
  let drawn = -Infinity;
  const show = async (): Promise<void> => {
    if (table !== null) await output.show(bundle(table, lines));
    drawn = now();
  };
  Deno.addSignalListener("SIGINT", stop);
  try {
    for await (const event of start(AbortSignal.any([controller.signal, ...signal === undefined ? [] : [signal]]))) {
      if (event.kind === "notice") lines.push(event.text);
      if (event.kind === "rung") lines.push(rungLine(event));
      if (event.kind === "ended" && event.row.status === "failed") lines.push(endedLine(event.row));
      if (event.kind === "table") table = event.table;
      if (event.kind === "done") {
        await show();
        const { records, rows } = event.sweep;
        return yield { kind: "done", sweep: { records: records.map(displayable), rows } };
      }
      if (now() - drawn >= REDRAW) await show();
      yield event;
    }
  } catch (error) {
    await show();
    await flushed(); // a cell that fails does not wait for its outputs
    if (!(error instanceof Error && error.name === "AbortError")) throw error;
    const message = "The sweep was stopped. Every run keeps its checkpoint, run the cell again to go on";
    const stopped = new DOMException(message, "AbortError");
    Object.defineProperty(stopped, "stack", { value: `AbortError: ${message}` }); // a stack would bury it
    throw stopped;
  } finally {
    Deno.removeSignalListener("SIGINT", stop);
  }
}

function bundle(table: SweepTable, lines: readonly string[]): Bundle {
  const { rows, done, total } = table;
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const words = sentence(table);
  const bar = `<div style="max-width:640px;height:6px;margin:4px 0;background:${ink.line};border-radius:3px">` +
    `<div style="width:${(100 * share).toFixed(1)}%;height:6px;background:${colour(0)};border-radius:3px"></div></div>`;
  const said = lines.slice(-LINES);
  return {
    "text/html": `<div>${escapeHtml(words)}</div>${bar}${tableHtml(rows)}` +
      said.map((line) => `<div>${escapeHtml(line)}</div>`).join(""),
    "text/plain": [words, ...tableLines(rows, { columns: 120, rows: ROWS }), ...said].join("\n"),
  };
}

function tableHtml(rows: readonly SweepRow[]): string {
  const tags = [...new Set(rows.flatMap((row) => Object.keys(row.tags)))];
  const metrics = new Set(rows.map(({ metric }) => metric));
  const titles = ["run", ...tags, "seed", "epochs", metrics.size === 1 ? [...metrics][0] : "validation", "stands"];
  const cells = (row: SweepRow): string[] => [
    row.name,
    ...tags.map((tag) => String(row.tags[tag] ?? "")),
    String(row.seed),
    row.planned === null ? String(row.epochs) : `${row.epochs}/${row.planned}`,
    row.value === null ? "" : three(row.value),
    standsWords(row),
  ];
  const line = (tag: "th" | "td", words: readonly string[]): string =>
    `<tr>${words.map((one) => `<${tag} style="text-align:left">${escapeHtml(one)}</${tag}>`).join("")}</tr>`;
  const more = rows.length > ROWS ? `<div>and ${rows.length - ROWS} more</div>` : "";
  return `<table>${line("th", titles)}${
    rows.slice(0, ROWS).map((row) => line("td", cells(row))).join("")
  }</table>${more}`;
}
