/** The parts of a page that tell results: tables, paired differences, and figures of them. */
import type { ColumnTable } from "arquero";
import type { RunRecord } from "../types.ts";
import { calibration } from "./calibration.ts";
import type { CompareRow, DifferenceOptions, DifferenceRow } from "./compare.ts";
import { figureHtml, note, type Section } from "./document.ts";
import { corruptionRows } from "./corruptions.ts";
import { dots } from "./dots.ts";
import { everyMetric } from "./every_metric.ts";
import { heatmap } from "./heatmap.ts";
import { escapeHtml, join } from "./html.ts";
import type { Method } from "./methods.ts";
import { metricsBySetHtml, metricsInAllHtml } from "./metrics_html.ts";
import { metricTitles, points } from "./numbers.ts";
import { sweptTags } from "./question.ts";
import { robustness } from "./robustness.ts";
import { roc } from "./roc.ts";
import { differencesBySeed } from "./seeds.ts";
import { intervalNote, probeNote } from "./sentence.ts";
import { comparisonHtml, differenceHtml, gainsHtml } from "./tables.ts";
import { plural } from "./text.ts";

/** Every number as a table, those beyond the first two folded up. */
export function numbersSection(table: ColumnTable): Section {
  const seeds = Math.max(...(table.objects() as CompareRow[]).map(({ seeds }) => seeds));
  const probe = probeNote(table);
  const titles = Object.entries(metricTitles) as [keyof typeof metricTitles, string][];
  return {
    id: "numbers",
    title: "Results",
    body: join([
      ...titles.slice(0, OPEN).flatMap(([metric, title]) => [
        `<h3>${title}, %</h3>`,
        comparisonHtml(table, { metric }),
      ]),
      ...titles.slice(OPEN).flatMap(([metric, title]) => [
        `<details><summary>${title}, %</summary>`,
        comparisonHtml(table, { metric }),
        "</details>",
      ]),
      note(
        "A test set is the photographs and one generator's fakes. Accuracy is the share called what they are " +
          `at a threshold of 0.5. ${intervalNote(seeds)}`,
      ),
      ...(probe === null ? [] : [note(probe)]),
    ]),
  };
}

/** Numbers whose tables are not folded up, and paired differences. */
const OPEN = 2;

/** Accuracy by generator as a figure. */
export function generatorsSection(table: ColumnTable): Section {
  const probe = probeNote(table) === null ? "" : " The grey diamond is the probe on trivial cues.";
  return {
    id: "generators",
    title: "Accuracy by generator",
    body: figureHtml("generators", {
      figure: dots(table),
      caption: "Accuracy by test set with 95 % intervals. The tinted ground marks the generator that was trained on, " +
        `the dashed line chance.${probe}`,
      numbers: "The numbers are those of the first table under Results.",
    }),
  };
}

/** Paired differences: of several first all in one table, then each by test set; and why some could not be paired. */
export function differencesSection(records: readonly RunRecord[], gains: readonly (ColumnTable | string)[]): Section {
  const pairs = gains.filter((gain) => typeof gain !== "string");
  const each = pairs.map((pair) => {
    const [{ of, against }] = pair.objects() as DifferenceRow[];
    const title = escapeHtml(`${of} − ${against}`);
    return pairs.length > OPEN
      ? join([`<details><summary>${title}</summary>`, differenceBody(records, pair), "</details>"])
      : join([`<h3>${title}</h3>`, differenceBody(records, pair)]);
  });
  return {
    id: "differences",
    title: "Paired differences",
    body: join([
      ...(pairs.length > 1 ? ["<h3>In all</h3>", gainsHtml(pairs)] : []),
      ...(pairs.length > OPEN ? ["<h3>By test set</h3>"] : []),
      ...each,
      ...gains.filter((gain) => typeof gain === "string").map(note),
    ]),
  };
}

function differenceBody(records: readonly RunRecord[], pair: ColumnTable): string {
  const rows = pair.objects() as DifferenceRow[];
  const [{ of, against, seeds }] = rows;
  const unseen = rows.some(({ role }) => role === "mean of unseen");
  return join([
    differenceHtml(pair),
    note(
      "Differences in percentage points, paired: both methods see the same draws of photographs" +
        `${seeds > 1 ? ` and of the ${plural(seeds, "seed")} they share` : ""}.` +
        bySeed(records, { pair: { of, against }, unseen }),
    ),
  ]);
}

/** Every seed's own difference, where there are several. */
function bySeed(records: readonly RunRecord[], { pair, unseen }: { pair: DifferenceOptions; unseen: boolean }): string {
  const seeds = differencesBySeed(records, pair);
  if (seeds.length < 2) return "";
  const list = seeds.map(({ seed, accuracy }) => `${points(accuracy)} (seed ${seed})`).join(", ");
  return ` Accuracy over ${unseen ? "the unseen generators" : "all test sets"}, seed by seed: ${list}.`;
}

/** Every metric: in all, then by test set. */
export function metricsSection(records: readonly RunRecord[]): Section {
  const table = everyMetric(records);
  return {
    id: "metrics",
    title: "Every metric",
    body: join([
      metricsInAllHtml(table),
      note(
        "Recall is the accuracy on fakes. The accuracy at the best threshold is an upper bound: that threshold was " +
          "chosen on the test images.",
      ),
      "<h3>By test set</h3>",
      metricsBySetHtml(table),
    ]),
  };
}

/** Accuracy by two swept tags, where each method has values of its own; nothing elsewhere. */
export function sweepSection(table: ColumnTable, methods: readonly Method[]): Section[] {
  const tags = sweptTags(methods);
  const points = methods.map(({ records: [first] }) => tags.map((tag) => first.experiment.tags[tag] ?? null));
  const apart = new Set(points.map((point) => JSON.stringify(point))).size === methods.length;
  if (tags.length !== 2 || !apart || !tags.every((tag) => table.columnNames().includes(tag))) return [];
  const [across, down] = tags;
  return [{
    id: "sweep",
    title: "The sweep",
    body: figureHtml("sweep", {
      figure: heatmap(table, { across, down }),
      caption: `Accuracy by ${across} and ${down}, with 95 % intervals.`,
    }),
  }];
}

/** Accuracy on images to which something was done, where any method was tested on such; nothing elsewhere. */
export function robustnessSection(methods: readonly Method[]): Section[] {
  const rows = methods.flatMap(({ name, records }) =>
    corruptionRows(records, { metric: "accuracy" })
      .filter(({ set, corruption, strength }) => set === "mean" && (corruption === "none" || !Number.isNaN(strength)))
      .map((row) => ({ ...row, method: name }))
  );
  if (rows.every(({ corruption }) => corruption === "none")) return [];
  return [{
    id: "robustness",
    title: "Robustness",
    body: figureHtml("robustness", {
      figure: robustness(rows),
      caption: "Accuracy over all test sets by what was done to their images, harder to the right, with 95 % " +
        "intervals. The dotted level is that on images as they are.",
    }),
  }];
}

/** What becomes of fakes and photographs wherever fake begins, and what the scores are worth as probabilities. */
export function scoresSection(records: readonly RunRecord[]): Section {
  return {
    id: "scores",
    title: "Thresholds and calibration",
    body: join([
      "<h3>ROC</h3>",
      figureHtml("roc", {
        figure: roc(records),
        caption:
          "The share of fakes that is found by the share of photographs called fake, over all test images; right " +
          "on a logarithmic axis. The dashed line is chance.",
        numbers: "AUC and the true-positive rates at 1 % and 5 % stand under Every metric.",
      }),
      "<h3>Calibration</h3>",
      figureHtml("calibration", {
        figure: calibration(records),
        caption:
          "The share of fakes among images of equal score; on the dashed line a score is the probability that it " +
          "claims to be.",
        numbers: "The expected calibration error, Brier score and likelihood stand under Every metric.",
      }),
    ]),
  };
}
