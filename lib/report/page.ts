import type { ColumnTable } from "arquero";
import { plainRows } from "../metrics/mod.ts";
import type { RunRecord } from "../types.ts";
import { captionsSection } from "./captions_section.ts";
import { compare, type CompareRow, type DifferenceOptions, type DifferenceRow, differences } from "./compare.ts";
import { dataSection } from "./data.ts";
import { type Answer, document, type Section } from "./document.ts";
import { gainsOfLast } from "./gains.ts";
import { escapeHtml, join } from "./html.ts";
import { groupMethods } from "./methods.ts";
import { thousands } from "./numbers.ts";
import { list, questionOf } from "./question.ts";
import { repeatSection } from "./repeat.ts";
import {
  differencesSection,
  generatorsSection,
  metricsSection,
  numbersSection,
  robustnessSection,
  scoresSection,
  sweepSection,
} from "./result_sections.ts";
import { definitionSection, distancesSection, environmentSection, runsSection, trainingSection } from "./sections.ts";
import { differenceSentence, gainsSentence, intervalNote } from "./sentence.ts";
import { plural } from "./text.ts";

/** What a reader could do next. */
export interface NextStep {
  /** What to do, and why. */
  readonly text: string;
  /** A command line, shown under the text. */
  readonly command?: string;
}

/** A published result that a page stands beside. */
export interface Published {
  /** What was reported, and where. */
  readonly claim: string;
  /** What the runs of the page say to it, a paragraph each. */
  readonly here: readonly string[];
  /** What doing the same again would need, one thing each. */
  readonly needs: readonly string[];
  /** Command line that does it once that is there. */
  readonly command?: string;
}

/** What the page says beside the numbers. */
export interface PageOptions {
  /** Heading; when it is left out, what names, tags and differences of the definitions ask. */
  readonly question?: string;
  /** Paired differences that answer the question, the main one first; left out: those of the last method from each other. */
  readonly differences?: readonly DifferenceOptions[];
  /** What audits of the data found, as HTML under a title. */
  readonly audits?: readonly Omit<Section, "id">[];
  /** The command that makes the page again. */
  readonly command?: string;
  /** Left out where nothing was published. */
  readonly published?: Published;
  /** What a reader could do next; left out: nothing is said of it. */
  readonly next?: readonly NextStep[];
}

/**
 * A report of some runs as one HTML page that holds everything it shows, plotly.js included, and asks no network for
 * anything. Equal arguments give an equal page. Names and everything else from the records stay text.
 *
 * @returns the page's source, 0.7 MB and some 40 kB a run
 * @throws {RangeError} where `compare` and `differences` do
 */
export async function page(records: readonly RunRecord[], options: PageOptions = {}): Promise<string> {
  const { audits = [], command = "deno task report", published, next = [] } = options;
  const table = compare(records);
  const methods = groupMethods(records);
  const gains = options.differences?.map((pair) => differences(records, pair)) ?? gainsOfLast(records);
  const sections = [
    definitionSection(methods),
    numbersSection(table),
    generatorsSection(table),
    ...(gains.length === 0 ? [] : [differencesSection(records, gains)]),
    ...sweepSection(table, methods),
    metricsSection(records),
    ...robustnessSection(methods),
    ...captionsSection(methods),
    scoresSection(records),
    trainingSection(records),
    distancesSection(records),
    ...(published === undefined ? [] : [publishedSection(published)]),
    environmentSection(records),
    dataSection(records, { table, audits }),
    repeatSection(records, { report: command }),
    ...nextSection(next),
    runsSection(records),
  ];
  return await document({
    title: options.question ?? questionOf(methods),
    lead: summary(records, table),
    answer: answerTo(gains.filter((gain) => typeof gain !== "string")),
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
    list([...new Set(rows.filter((row) => !row.role.startsWith("mean") && wanted(row)).map(({ set }) => set))], "and");
  const trained = named(({ role }) => role === "trained");
  const seeds = Math.max(...rows.map((row) => row.seeds));
  return `${plural(new Set(rows.map(({ method }) => method)).size, "method")}, ${plural(seeds, "seed")} each. ` +
    (trained === "" ? "" : `Trained on fakes of ${trained}. `) +
    `Tested on ${thousands(label.length - fakes)} photographs and ${thousands(fakes)} fakes of ${named(() => true)}.`;
}

/** So many paired differences are told one by one. */
const TOLD = 3;

function answerTo(gains: readonly ColumnTable[]): Answer {
  if (gains.length === 0) return [];
  const seeds = Math.min(...gains.map((gain) => (gain.objects() as DifferenceRow[])[0].seeds));
  const sentences = gains.length > TOLD
    ? [gainsSentence(gains)]
    : gains.length > 1
    ? gains.map((gain) => differenceSentence(gain))
    : (["accuracy", "auc"] as const).map((metric) => differenceSentence(gains[0], { metric }));
  return [...sentences, { note: intervalNote(seeds) }];
}

function publishedSection({ claim, here, needs, command }: Published): Section {
  return {
    id: "published",
    title: "Beside the published numbers",
    body: join([
      `<p>${escapeHtml(claim)}</p>`,
      ...here.map((text) => `<p>${escapeHtml(text)}</p>`),
      "<p>Doing the published experiment again needs</p>",
      `<ul>${join(needs.map((need) => `<li>${escapeHtml(need)}</li>`))}</ul>`,
      ...(command === undefined ? [] : ["<p>and then</p>", `<pre tabindex="0">${escapeHtml(command)}</pre>`]),
    ]),
  };
}

function nextSection(next: readonly NextStep[]): Section[] {
  if (next.length === 0) return [];
  const steps = next.map(({ text, command }) =>
    `<p>${escapeHtml(text)}</p>${command === undefined ? "" : `<pre tabindex="0">${escapeHtml(command)}</pre>`}`
  );
  return [{ id: "next", title: "What to do next", body: join(steps) }];
}
