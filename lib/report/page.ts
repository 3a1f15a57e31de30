import type { ColumnTable } from "arquero";
import { plainRows } from "../metrics/mod.ts";
import type { RunRecord } from "../types.ts";
import { compare, type CompareRow, type DifferenceOptions, type DifferenceRow, differences } from "./compare.ts";
import { type Answer, document, type Section } from "./document.ts";
import { escapeHtml, join } from "./html.ts";
import { groupMethods } from "./methods.ts";
import { thousands } from "./numbers.ts";
import {
  definitionSection,
  differencesSection,
  distancesSection,
  generatorsSection,
  numbersSection,
  runsSection,
  trainingSection,
} from "./sections.ts";
import { differenceSentence, intervalNote } from "./sentence.ts";
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
  return await document({
    title,
    lead: summary(records, table),
    answer: pairs.length === 0 ? [] : answerTo(pairs[0]),
    sections,
    version: records[0].environment.counterproof,
  });
}

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

function answerTo(pair: ColumnTable): Answer {
  const [{ seeds }] = pair.objects() as DifferenceRow[];
  return [
    differenceSentence(pair, { metric: "accuracy" }),
    differenceSentence(pair, { metric: "auc" }),
    { note: intervalNote(seeds) },
  ];
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
