import type { ColumnTable } from "arquero";
import type { RunRecord } from "../types.ts";
import { bars } from "./bars.ts";
import { compare, type CompareRow, type DifferenceOptions, type DifferenceRow, differences } from "./compare.ts";
import { curves } from "./curves.ts";
import type { Figure } from "./figure.ts";
import { escapeHtml, inlineJson, join } from "./html.ts";
import { duration, thousands } from "./numbers.ts";
import css from "./page.css" with { type: "text" };
import script from "./page.js" with { type: "text" };
import { packedPlotly } from "./plotly.ts";
import { differenceSentence, intervalNote } from "./sentence.ts";
import { comparisonHtml, differenceHtml } from "./tables.ts";
import { plural } from "./text.ts";

/** What a reader could do next. */
export interface NextStep {
  readonly text: string;
  /** A command line, shown under the text. */
  readonly command?: string;
}

/** What the page says beside the numbers. */
export interface PageOptions {
  /** Heading; how many methods are compared, when it is left out. */
  readonly title?: string;
  /** Paired differences that answer the question, the main one first. */
  readonly differences?: readonly DifferenceOptions[];
  readonly next?: readonly NextStep[];
}

/**
 * A report of some runs as one HTML page that holds everything it shows, plotly.js included, and asks no network for
 * anything. Equal arguments give an equal page. Names and everything else from the records stay text.
 *
 * @returns the page's source, about 2.6 MB
 * @throws {RangeError} where `compare` and `differences` do
 */
export async function page(records: readonly RunRecord[], options: PageOptions = {}): Promise<string> {
  const table = compare(records);
  const rows = table.objects() as CompareRow[];
  const methods = new Set(rows.map(({ method }) => method)).size;
  const title = options.title ?? `Comparison of ${plural(methods, "method")}`;
  const pairs = (options.differences ?? []).map((pair) => differences(records, pair));
  const figures = [
    { figure: bars(table), caption: "Accuracy by test set with 95 % intervals. The dashed line is chance." },
    { figure: curves(records), caption: "Loss terms by step, each as it enters the total, lightly smoothed." },
  ];
  return join([
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<link rel="icon" href="data:,">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${css}</style>`,
    "</head>",
    "<body>",
    "<header>",
    `<h1>${escapeHtml(title)}</h1>`,
    `<p class="lead">${escapeHtml(summary(records, rows))}</p>`,
    "</header>",
    "<main>",
    ...(pairs.length === 0 ? [] : [answer(pairs[0])]),
    numbers(table, rows),
    ...pairs.map(differenceSection),
    "<h2>Figures</h2>",
    ...figures.map(figureSection),
    ...nextSection(options.next ?? []),
    "<h2>Runs</h2>",
    '<p class="note">The definition of each run with every default written out, and where it was made.</p>',
    ...records.map(runSection),
    "</main>",
    `<footer>Counterproof ${escapeHtml(records[0].environment.counterproof)} · figures by plotly.js (MIT)</footer>`,
    `<script type="text/plain" id="plotly">${await packedPlotly()}</script>`,
    `<script type="module">${script}</script>`,
    "</body>",
    "</html>",
    "",
  ]);
}

/** The page may run what stands in it and show what it makes, and fetch nothing. */
const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:";

function summary(records: readonly RunRecord[], rows: readonly CompareRow[]): string {
  const { label } = records[0].scores;
  const fakes = label.filter((one) => one === 1).length;
  const named = (wanted: (row: CompareRow) => boolean): string =>
    list([...new Set(rows.filter((row) => !row.role.startsWith("mean") && wanted(row)).map(({ set }) => set))]);
  const trained = named(({ role }) => role === "trained");
  const seeds = Math.max(...rows.map((row) => row.seeds));
  return `${plural(new Set(rows.map(({ method }) => method)).size, "method")}, ${plural(seeds, "seed")} each. ` +
    (trained === "" ? "" : `Trained on fakes of ${trained}. `) +
    `Tested on ${thousands(label.length - fakes)} photographs and ${thousands(fakes)} fakes of ${named(() => true)}.`;
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function answer(pair: ColumnTable): string {
  const [{ seeds }] = pair.objects() as DifferenceRow[];
  return join([
    '<section class="answer">',
    `<p>${escapeHtml(differenceSentence(pair, { metric: "accuracy" }))}</p>`,
    `<p>${escapeHtml(differenceSentence(pair, { metric: "auc" }))}</p>`,
    `<p class="note">${escapeHtml(intervalNote(seeds))}</p>`,
    "</section>",
  ]);
}

function numbers(table: ColumnTable, rows: readonly CompareRow[]): string {
  const seeds = Math.max(...rows.map(({ seeds }) => seeds));
  return join([
    "<h2>Accuracy, %</h2>",
    comparisonHtml(table, { metric: "accuracy" }),
    "<h2>AUC, %</h2>",
    comparisonHtml(table, { metric: "auc" }),
    "<details><summary>Average precision, %</summary>",
    comparisonHtml(table, { metric: "averagePrecision" }),
    "</details>",
    '<p class="note">A test set is the photographs and one generator\'s fakes. Accuracy is the share called what they are ' +
    `at a threshold of 0.5. ${escapeHtml(intervalNote(seeds))}</p>`,
  ]);
}

function differenceSection(pair: ColumnTable): string {
  const [{ of, against, seeds }] = pair.objects() as DifferenceRow[];
  return join([
    `<h2>${escapeHtml(`${of} − ${against}`)}</h2>`,
    differenceHtml(pair),
    `<p class="note">Differences in percentage points, paired: both methods see the same draws of photographs` +
    `${seeds > 1 ? ` and of the ${plural(seeds, "seed")} they share` : ""}.</p>`,
  ]);
}

function figureSection({ figure, caption }: { readonly figure: Figure; readonly caption: string }, i: number): string {
  return join([
    "<figure>",
    `<div class="scroll"><div class="plot" data-figure="figure-${i}" role="img" aria-label="${escapeHtml(caption)}">`,
    "<p>The figure needs JavaScript; its numbers stand in the tables.</p>",
    "</div></div>",
    `<figcaption>${escapeHtml(caption)}</figcaption>`,
    "</figure>",
    `<script type="application/json" id="figure-${i}">${inlineJson(figure)}</script>`,
  ]);
}

function nextSection(next: readonly NextStep[]): string[] {
  if (next.length === 0) return [];
  return [
    "<h2>What to do next</h2>",
    ...next.map(({ text, command }) =>
      `<p>${escapeHtml(text)}</p>${command === undefined ? "" : `<pre>${escapeHtml(command)}</pre>`}`
    ),
  ];
}

function runSection({ id, experiment, environment, started, seconds, megabytes }: RunRecord): string {
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
