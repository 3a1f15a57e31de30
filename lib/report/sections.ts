import type { ColumnTable } from "arquero";
import type { RunRecord } from "../types.ts";
import type { CompareRow, DifferenceOptions, DifferenceRow } from "./compare.ts";
import { curves } from "./curves.ts";
import { definitionHtml } from "./definition.ts";
import { distances, hasDistances, lastDistances } from "./distances.ts";
import { dots } from "./dots.ts";
import { environmentsHtml } from "./environments.ts";
import { epochs } from "./epochs.ts";
import { figureHtml, note, type Section } from "./document.ts";
import { escapeHtml, join } from "./html.ts";
import type { Method } from "./methods.ts";
import { metricTitles, points } from "./numbers.ts";
import { runHtml } from "./runs.ts";
import { differencesBySeed } from "./seeds.ts";
import { intervalNote, probeNote } from "./sentence.ts";
import { comparisonHtml, differenceHtml, distancesHtml, gainsHtml, runsHtml, variationsHtml } from "./tables.ts";
import { plural } from "./text.ts";

/** What is compared: the definition of all methods, and how they differ. */
export function definitionSection(methods: readonly Method[]): Section {
  const differ = methods.length === 1 ? [] : [
    "<h3>How the variants differ</h3>",
    variationsHtml(methods),
    note("A dash: the variant has nothing there. Everything else is the same in all of them."),
  ];
  return {
    id: "definition",
    title: "What is compared",
    body: join([
      ...differ,
      "<h3>The definition</h3>",
      definitionHtml(methods),
      note("Small print names the variants for which a line holds; without any it holds for all."),
    ]),
  };
}

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

/** Validation accuracy by epoch and loss terms by step. */
export function trainingSection(records: readonly RunRecord[]): Section {
  const known = records.some(({ history }) => history.some(({ validation }) => validation.accuracy !== undefined));
  const byEpoch = known
    ? figureHtml("epochs", {
      figure: epochs(records),
      caption: "Accuracy on the validation split by epoch. With several seeds a thin line is a seed, a thick one the " +
        "mean. Validation is not the test: it may hold only generators that were trained on.",
    })
    : note("These runs hold no accuracy by epoch.");
  return {
    id: "training",
    title: "Training",
    body: join([
      "<h3>Accuracy by epoch</h3>",
      byEpoch,
      "<h3>Loss terms by step</h3>",
      figureHtml("curves", {
        figure: curves(records),
        caption: "Loss terms by step, each as it enters the total, lightly smoothed.",
      }),
    ]),
  };
}

/** Embedding distances by epoch and at the end, or a sentence that there are none. */
export function distancesSection(records: readonly RunRecord[]): Section {
  const body = hasDistances(records)
    ? join([
      figureHtml("distances", {
        figure: distances(records),
        caption: "How far validation samples lie from their reconstructions, by epoch: photographs and fakes.",
      }),
      "<h3>After the last epoch</h3>",
      distancesHtml(lastDistances(records)),
      note("Mean squared distance of unit embeddings, 0 to 4; the mean over seeds, ± their standard deviation."),
    ])
    : "<p>These runs hold no embedding distances: their validation samples have no reconstructions, or they were made " +
      "before distances were measured.</p>";
  return { id: "distances", title: "Embedding distances", body };
}

/** Where and with what the runs were made. */
export function environmentSection(records: readonly RunRecord[]): Section {
  return { id: "environment", title: "Environment", body: environmentsHtml(records) };
}

/** Every run in a table, then each in full. */
export function runsSection(records: readonly RunRecord[]): Section {
  return {
    id: "runs",
    title: "Runs",
    body: join([
      runsHtml(records),
      note("Below, the definition of each run with every default written out, and where it was made."),
      ...records.map(runHtml),
    ]),
  };
}
