import type { RunRecord } from "../types.ts";
import { escapeHtml, join } from "./html.ts";
import { duration } from "./numbers.ts";
import { plural } from "./text.ts";

/** One run in full, folded up: where and with what it was made, and its definition as JSON. */
export function runHtml({ id, experiment, environment, started, seconds, megabytes }: RunRecord): string {
  const { backend, threads, packages, hashes, ...rest } = environment;
  const facts: [string, string][] = [
    ["id", id],
    ["started", started],
    ["took", `${duration(seconds)}, ${Math.round(megabytes)} MB of memory at most`],
    ["backend", `${backend}, ${plural(threads, "thread")}`],
    ...Object.entries(rest).map(([name, value]): [string, string] => [name, value ?? "none"]),
    ["packages", Object.entries(packages).map(([name, version]) => `${name} ${version}`).join(", ") || "none"],
    ...Object.entries(hashes).map(([file, hash]): [string, string] => [`SHA-256 of ${file}`, hash]),
  ];
  return join([
    `<details><summary>${escapeHtml(experiment.name)}<small>seed ${experiment.seed} · ${
      duration(seconds)
    }</small></summary>`,
    `<dl>${join(facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`))}</dl>`,
    `<pre>${escapeHtml(JSON.stringify(experiment, null, 2))}</pre>`,
    "</details>",
  ]);
}
