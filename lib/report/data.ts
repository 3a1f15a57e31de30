/** The data of some runs as a page tells it: what they were tested on, what of it could not be read, and its audit. */
import type { ColumnTable } from "arquero";
import { testSets } from "../metrics/mod.ts";
import type { RunRecord } from "../types.ts";
import type { CompareRow } from "./compare.ts";
import { note, type Section } from "./document.ts";
import { escapeHtml, join } from "./html.ts";
import { percentInterval, thousands } from "./numbers.ts";
import { auditCommand } from "./repeat.ts";
import { sortableHtml } from "./sortable.ts";
import { plural } from "./text.ts";

/** Unreadable images that are named. */
const NAMED = 5;

/**
 * What is told of the data.
 *
 * @param table what `compare` gives of the records
 * @param audits what audits of the data found, each under a title of its own; without any the page says how to make one
 */
export function dataSection(
  records: readonly RunRecord[],
  { table, audits }: { readonly table: ColumnTable; readonly audits: readonly Omit<Section, "id">[] },
): Section {
  return {
    id: "data",
    title: "Data",
    body: join([
      testSetsHtml(records),
      ...unreadableHtml(records),
      ...cuesHtml(table),
      ...(audits.length === 0
        ? noAudit(records)
        : audits.map(({ title, body }) => `<h3>${escapeHtml(title)}</h3>${body}`)),
    ]),
  };
}

function testSetsHtml([{ scores, experiment }, ...others]: readonly RunRecord[]): string {
  const same = others.every((other) => sameImages(other.scores.id, scores.id));
  const whose = same
    ? ""
    : ` The runs were not tested on the same images; these are those of ${experiment.name}, seed ${experiment.seed}.`;
  return sortableHtml({
    caption: "What the runs were tested on: images by test set, and of how many photographs and prompts they come." +
      whose,
    corner: "Test set",
    columns: ["photographs", "fakes", "sources"].map((title) => ({ title })),
    rows: [...testSets(scores)].map(([set, rows]) => {
      const fakes = rows.reduce((sum, row) => sum + scores.label[row], 0);
      const sources = new Set(Array.from(rows, (row) => scores.source[row])).size;
      return {
        head: { text: set },
        cells: [rows.length - fakes, fakes, sources].map((value) => ({ text: thousands(value), value })),
      };
    }),
  });
}

function sameImages(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, row) => id === b[row]);
}

function unreadableHtml(records: readonly RunRecord[]): string[] {
  const found = [...new Map(records.flatMap(({ unreadable }) => unreadable).map((one) => [one.id, one])).values()];
  if (found.length === 0) return [];
  const named = found.slice(0, NAMED).map(({ id, split, reason }) => `${id} (${split}): ${reason}`);
  return [
    `<p>${plural(found.length, "image")} could not be read and ${found.length === 1 ? "was" : "were"} passed over` +
    `${found.length > NAMED ? `; the first ${NAMED}:` : ":"}</p>`,
    `<ul>${join(named.map((line) => `<li>${escapeHtml(line)}</li>`))}</ul>`,
  ];
}

/** What trivial cues alone tell, over the same mean as the answer speaks of. */
function cuesHtml(table: ColumnTable): string[] {
  const rows = (table.objects() as CompareRow[]).filter(({ kind }) => kind === "probe");
  const mean = rows.find(({ role }) => role === "mean of unseen") ?? rows.find(({ role }) => role === "mean");
  if (mean === undefined) return [];
  const where = mean.role === "mean" ? "over all test sets" : "over the unseen generators";
  return [
    `<p>${
      escapeHtml(
        `Trivial cues alone reach an AUC of ${percentInterval(mean.auc, mean.aucLow, mean.aucHigh)} % ${where}: ` +
          "stored size, mean colour, high-pass energy and block step. At 50 % they tell nothing.",
      )
    }</p>`,
  ];
}

function noAudit(records: readonly RunRecord[]): string[] {
  return [
    "<h3>Audit</h3>",
    note(
      "No audit of these data was kept with the runs. It would tell by formats, JPEG qualities and sizes what can be had " +
        "without looking at pictures, and which images stand in two splits. The next report shows what this one finds:",
    ),
    `<pre tabindex="0">${escapeHtml(auditCommand(records))}</pre>`,
  ];
}
