import type { RunRecord } from "../types.ts";
import { environmentFacts, factsHtml } from "./environments.ts";
import { escapeHtml, join } from "./html.ts";
import { duration } from "./numbers.ts";

/** One run in full, folded up: where and with what it was made, and its definition as JSON. */
export function runHtml(record: RunRecord): string {
  const { id, experiment, started, seconds, megabytes } = record;
  return join([
    `<details><summary>${escapeHtml(experiment.name)}<small>seed ${experiment.seed} · ${
      duration(seconds)
    }</small></summary>`,
    factsHtml([
      ["id", id],
      ["started", started],
      ["took", `${duration(seconds)}, ${Math.round(megabytes)} MB of memory at most`],
      ...environmentFacts(record),
    ]),
    `<pre tabindex="0">${escapeHtml(JSON.stringify(experiment, null, 2))}</pre>`,
    "</details>",
  ]);
}
