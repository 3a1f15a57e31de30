import type { ColumnTable } from "arquero";
import { plainRows } from "../metrics/mod.ts";
import type { RunRecord } from "../types.ts";
import { compare, type CompareRow, type DifferenceOptions, type DifferenceRow, differences } from "./compare.ts";
import { escapeHtml, join } from "./html.ts";
import { groupMethods } from "./methods.ts";
import { thousands } from "./numbers.ts";
import css from "./page.css" with { type: "text" };
import script from "./page.js" with { type: "text" };
import { packedPlotly } from "./plotly.ts";
import {
  definitionSection,
  differencesSection,
  distancesSection,
  generatorsSection,
  numbersSection,
  runsSection,
  type Section,
  trainingSection,
} from "./sections.ts";
import { differenceSentence, intervalNote } from "./sentence.ts";
import sort from "./sort.js" with { type: "text" };
import { plural } from "./text.ts";

/** What a reader could do next. */
export interface NextStep {
  readonly text: string;
  /** A command line, shown under the text. */
  readonly command?: string;
}

/** A published result that a page stands beside. */
export interface Published {
  /** What was reported, and where. */
  readonly claim: string;
  /** What the runs of the page say to it. */
  readonly here: string;
  /** What doing the same again would need, one thing each. */
  readonly needs: readonly string[];
  /** Command line that does it once that is there. */
  readonly command?: string;
}

/** What the page says beside the numbers. */
export interface PageOptions {
  /** Heading; how many methods are compared, when it is left out. */
  readonly title?: string;
  /** Paired differences that answer the question, the main one first. */
  readonly differences?: readonly DifferenceOptions[];
  /** Left out where nothing was published. */
  readonly published?: Published;
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
  const methods = groupMethods(records);
  const title = options.title ?? `Comparison of ${plural(methods.length, "method")}`;
  const pairs = (options.differences ?? []).map((pair) => differences(records, pair));
  const sections = [
    definitionSection(methods),
    numbersSection(table),
    generatorsSection(table),
    ...(pairs.length === 0 ? [] : [differencesSection(records, pairs)]),
    trainingSection(records),
    distancesSection(records),
    ...(options.published === undefined ? [] : [publishedSection(options.published)]),
    ...nextSection(options.next ?? []),
    runsSection(records),
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
    `<p class="lead">${escapeHtml(summary(records, table))}</p>`,
    "</header>",
    ...(pairs.length === 0 ? [] : [answer(pairs[0])]),
    `<nav aria-label="Contents">${join(sections.map(({ id, title }) => `<a href="#${id}">${title}</a>`))}</nav>`,
    "<main>",
    ...sections.map(({ id, title, body }) => `<section id="${id}"><h2>${title}</h2>\n${body}</section>`),
    "</main>",
    `<footer>Counterproof ${escapeHtml(records[0].environment.counterproof)} · figures by plotly.js (MIT)</footer>`,
    `<script type="text/plain" id="plotly">${await packedPlotly()}</script>`,
    `<script type="module">${sort}</script>`,
    `<script type="module">${script}</script>`,
    "</body>",
    "</html>",
    "",
  ]);
}

/** The page may run what stands in it and show what it makes, and fetch nothing. */
const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:";

function summary(records: readonly RunRecord[], table: ColumnTable): string {
  const rows = (table.objects() as CompareRow[]).filter(({ kind }) => kind === "method");
  const { scores } = records[0];
  const label = plainRows(scores).map((row) => scores.label[row]);
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

function publishedSection({ claim, here, needs, command }: Published): Section {
  return {
    id: "published",
    title: "Beside the published numbers",
    body: join([
      `<p>${escapeHtml(claim)}</p>`,
      `<p>${escapeHtml(here)}</p>`,
      "<p>Doing the published experiment again needs</p>",
      `<ul>${join(needs.map((need) => `<li>${escapeHtml(need)}</li>`))}</ul>`,
      ...(command === undefined ? [] : ["<p>and then</p>", `<pre>${escapeHtml(command)}</pre>`]),
    ]),
  };
}

function nextSection(next: readonly NextStep[]): Section[] {
  if (next.length === 0) return [];
  const steps = next.map(({ text, command }) =>
    `<p>${escapeHtml(text)}</p>${command === undefined ? "" : `<pre>${escapeHtml(command)}</pre>`}`
  );
  return [{ id: "next", title: "What to do next", body: join(steps) }];
}
