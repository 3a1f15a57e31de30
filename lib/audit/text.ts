/** What an audit found, for a terminal. */
import { fixedInterval, percent, thousands } from "../report/numbers.ts";
import { alignedText, plural, type TextOptions } from "../report/text.ts";
import type { Audit } from "./audit.ts";
import { groupName } from "./figures.ts";
import { differs } from "./spectra.ts";
import type { Counts, GroupRow, Quantiles } from "./tables.ts";

/** Twins and unreadable images that are listed; the rest is counted. */
const LISTED = 10;

/** The tables, the verdict with its reasons, and the protocol. */
export function auditText(audit: Audit, { width = 100 }: TextOptions = {}): string {
  const { tables, twins, unreadable } = audit;
  const parts = [groupText(tables.groups, width)];
  if (audit.properties !== null) parts.push(probeText(audit));
  if (tables.spectra.length > 0) parts.push(spectraText(tables.spectra, width));
  if (twins.length > 0) {
    const rows = twins.slice(0, LISTED);
    parts.push(
      `Images of a later split that stand in an earlier one${counted(rows.length, twins.length)}:\n` +
        rows.map(({ id, kind, earlier }) => `  ${id} is ${kind === "exact" ? "" : "nearly "}${earlier}`).join("\n"),
    );
  }
  if (unreadable.length > 0) {
    const rows = unreadable.slice(0, LISTED);
    parts.push(
      `${plural(unreadable.length, "image")} could not be read${counted(rows.length, unreadable.length)}:\n` +
        rows.map(({ id, reason }) => `  ${id}: ${reason}`).join("\n"),
    );
  }
  parts.push(verdictText(audit));
  return parts.join("\n\n");
}

/** The verdict, its reasons, and what to do. */
export function verdictText({ verdict, reasons, protocol }: Audit): string {
  const steps = protocol.map(({ text, code }, i) => `  ${i + 1}. ${text}${code === undefined ? "" : `\n     ${code}`}`);
  return [
    `Verdict: ${verdict}`,
    ...reasons.map((reason) => `  ${reason}`),
    ...(steps.length === 0 ? [] : ["Protocol:", ...steps]),
  ].join("\n");
}

function counted(shown: number, all: number): string {
  return shown < all ? `, ${shown} of ${thousands(all)}` : "";
}

function groupText(groups: readonly GroupRow[], width: number): string {
  return alignedText([
    { title: "images of", cells: groups.map(groupName), shrinks: true },
    { title: "split", cells: groups.map(({ split }) => split) },
    {
      title: "images",
      cells: groups.map(({ images, listed }) =>
        images === listed ? thousands(images) : `${thousands(images)} of ${thousands(listed)}`
      ),
      right: true,
    },
    { title: "formats", cells: groups.map(({ formats }) => sharesText(formats)), shrinks: true },
    { title: "JPEG quality", cells: groups.map(({ quality }) => rangeText(quality)), right: true },
    { title: "width", cells: groups.map((group) => rangeText(group.width)), right: true },
    { title: "height", cells: groups.map(({ height }) => rangeText(height)), right: true },
    { title: "bits", cells: groups.map(({ depths }) => sharesText(depths)), shrinks: true },
  ], { width });
}

/** The median, and where 5 % lie below and above, when those differ. */
function rangeText(quantiles: Quantiles | null): string {
  if (quantiles === null) return "–";
  const { p5, median, p95 } = quantiles;
  return p5 === p95 ? `${median}` : `${median} [${p5}, ${p95}]`;
}

/** The shares of some values, as "png 80.0 %; jpeg 20.0 %"; the name alone of one that all have. */
export function sharesText(counts: Counts): string {
  const entries = Object.entries(counts);
  const total = entries.reduce((sum, [, count]) => sum + count, 0);
  return entries.map(([name, count]) => count === total ? name : `${name} ${percent(count / total)} %`).join("; ");
}

function probeText({ probe, properties }: Audit): string {
  const rows = [
    ["all of it", { value: probe!.auc, ...probe! }],
    ...Object.entries(properties!),
  ] as const;
  return alignedText([
    { title: "probe on", cells: rows.map(([name]) => name) },
    {
      title: "AUC",
      cells: rows.map(([, one]) => fixedInterval(one.value, one, 3)),
    },
  ]);
}

function spectraText(spectra: Audit["tables"]["spectra"], width: number): string {
  const decibels = (value: number, chance: number, more: boolean): string =>
    `${value.toFixed(2)}, by chance ${chance.toFixed(2)}${more ? " *" : "  "}`;
  return alignedText([
    { title: "spectrum of", cells: spectra.map(({ name }) => name), shrinks: true },
    { title: "fakes", cells: spectra.map(({ fakes }) => thousands(fakes)), right: true },
    { title: "photographs", cells: spectra.map(({ photographs }) => thousands(photographs)), right: true },
    {
      title: "coarse, dB  ",
      cells: spectra.map((gap) => decibels(gap.coarse, gap.coarseByChance, differs(gap, "coarse"))),
      right: true,
    },
    {
      title: "fine, dB  ",
      cells: spectra.map((gap) => decibels(gap.fine, gap.fineByChance, differs(gap, "fine"))),
      right: true,
    },
  ], { width });
}
