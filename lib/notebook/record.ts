import { from } from "../report/table.ts";
import { escapeHtml } from "../report/html.ts";
import { plural } from "../report/text.ts";
import type { RunRecord } from "../types.ts";
import { recordLine } from "./displayable.ts";
import type { Bundle } from "./kernel.ts";
import { tableBundle } from "./table.ts";

/** Metrics that a summary shows; the others stand in `record.metrics`. */
const SHOWN = ["accuracy", "auc", "averagePrecision"];

/** A record as a notebook shows it: what it is, where it was made, and its main metrics by test set. */
export function recordBundle(record: RunRecord): Bundle {
  const { backend, threads } = record.environment;
  const where = `run ${record.id.slice(0, 12)} on ${backend} with ${plural(threads, "thread")}`;
  const rows = Object.entries(record.metrics).map(([set, metrics]) => ({
    set,
    ...Object.fromEntries(SHOWN.map((name) => [name, metrics[name] ?? null])),
  }));
  const metrics = tableBundle(from(rows));
  return {
    "text/html": `<div><b>${escapeHtml(recordLine(record))}</b> · ${escapeHtml(where)}</div>\n${metrics["text/html"]}`,
    "text/plain": `${recordLine(record)}; ${where}\n${metrics["text/plain"]}`,
  };
}
