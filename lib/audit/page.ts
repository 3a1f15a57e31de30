/** What an audit found, as a page. */
import config from "../../deno.json" with { type: "json" };
import { document, figureHtml, note, type Section } from "../report/document.ts";
import { escapeHtml, join } from "../report/html.ts";
import { fixedInterval, thousands } from "../report/numbers.ts";
import { type Cell, sortableHtml } from "../report/sortable.ts";
import type { Audit } from "./audit.ts";
import { auditFigures, groupName } from "./figures.ts";
import type { Quantiles } from "./tables.ts";
import { sharesText } from "./text.ts";

/** Twins and unreadable images that a page lists. */
const LISTED = 200;

/**
 * An audit as one HTML page that asks no network for anything: the verdict, a table of the groups, and the figures.
 * Names from the data stay text.
 *
 * @param name of the data set, for the heading
 */
export async function auditPage(audit: Audit, { name }: { readonly name: string }): Promise<string> {
  const { verdict, reasons, tables: { groups } } = audit;
  const images = groups.reduce((sum, group) => sum + group.images, 0);
  return await document({
    title: `Audit of ${name}`,
    lead: `${thousands(images)} images in ${groups.length} groups. What the data gives away without what images show.`,
    answer: [`Verdict: ${verdict}.`, ...reasons],
    sections: [
      ...protocolSection(audit),
      groupsSection(audit),
      ...auditFigures(audit).map(({ id, title, figure, caption }): Section => ({
        id,
        title,
        body: figureHtml(id, { figure, caption }),
      })),
      ...listSection(audit),
    ],
    version: config.version,
  });
}

/**
 * What an audit found in short, as HTML for a page about something else: verdict, reasons and the table of the groups.
 *
 * @param of `limit`: images of each group that were looked at at most, null: all; `headersOnly`: whether pictures were not
 */
export function auditBody(
  audit: Audit,
  of: { readonly limit: number | null; readonly headersOnly: boolean },
): string {
  const much = of.limit === null ? "of all images" : `of at most ${thousands(of.limit)} images of each group`;
  return join([
    `<p><strong>Verdict: ${escapeHtml(audit.verdict)}.</strong></p>`,
    ...audit.reasons.map((reason) => `<p>${escapeHtml(reason)}</p>`),
    note(`Read were the headers ${of.headersOnly ? "alone" : "and the pictures"} ${much}.`),
    groupsSection(audit).body,
  ]);
}

function protocolSection({ protocol }: Audit): Section[] {
  if (protocol.length === 0) return [];
  const steps = protocol.map(({ text, code }) =>
    `<p>${escapeHtml(text)}</p>${code === undefined ? "" : `<pre>${escapeHtml(code)}</pre>`}`
  );
  const end = note('In a definition "of" is the data set, as genImage({ generators: "all" }).');
  return [{ id: "protocol", title: "Protocol", body: join([...steps, end]) }];
}

function groupsSection({ tables: { groups }, probe, properties }: Audit): Section {
  const table = sortableHtml({
    caption: "What the headers say: a row for each group of images.",
    corner: "images of",
    wraps: true,
    columns: [
      { title: "split", texts: true },
      { title: "images" },
      { title: "unreadable" },
      { title: "formats", texts: true },
      { title: "JPEG quality" },
      { title: "width" },
      { title: "height" },
      { title: "bits", texts: true },
    ],
    rows: groups.map((group) => ({
      head: { text: groupName(group) },
      cells: [
        { text: group.split },
        { text: thousands(group.images), value: group.images },
        { text: thousands(group.unreadable), value: group.unreadable },
        { text: sharesText(group.formats) },
        rangeCell(group.quality),
        rangeCell(group.width),
        rangeCell(group.height),
        { text: sharesText(group.depths) },
      ],
    })),
  });
  const known = probe === null || properties === null ? [] : [
    note(
      `AUC of a probe on headers, with its 95 % interval: ${
        fixedInterval(probe.auc, probe, 3)
      }; on single properties ` +
        Object.entries(properties).map(([name, one]) => `${name} ${fixedInterval(one.value, one, 3)}`).join(", ") + ".",
    ),
  ];
  return {
    id: "groups",
    title: "Headers",
    body: join([table, note("Medians; in brackets where 5 % lie below and above."), ...known]),
  };
}

function listSection({ twins, unreadable }: Audit): Section[] {
  const list = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [
      `<h3>${escapeHtml(`${title}: ${thousands(lines.length)}`)}</h3>`,
      `<ul>${join(lines.slice(0, LISTED).map((line) => `<li>${escapeHtml(line)}</li>`))}</ul>`,
      ...(lines.length > LISTED ? [note(`The first ${LISTED}; deno task audit --json has all.`)] : []),
    ];
  const body = [
    ...list(
      "In an earlier split too",
      twins.map(({ id, kind, earlier }) => `${id} is ${kind === "exact" ? "" : "nearly "}${earlier}`),
    ),
    ...list("Unreadable", unreadable.map(({ id, reason }) => `${id}: ${reason}`)),
  ];
  return body.length === 0 ? [] : [{ id: "lists", title: "Images", body: join(body) }];
}

function rangeCell(quantiles: Quantiles | null): Cell | null {
  if (quantiles === null) return null;
  const { p5, median, p95 } = quantiles;
  return { text: String(median), value: median, ...p5 === p95 ? {} : { under: `[${p5}, ${p95}]` } };
}
