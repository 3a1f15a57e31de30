/** The parts of a page that tell what was done: definitions, training, environment, runs. */
import type { RunRecord } from "../types.ts";
import { epochsToReach } from "./arrivals.ts";
import { curves } from "./curves.ts";
import { definitionHtml } from "./definition.ts";
import { distances, hasDistances, lastDistances } from "./distances.ts";
import { figureHtml, note, type Section } from "./document.ts";
import { environmentsHtml } from "./environments.ts";
import { epochs } from "./epochs.ts";
import { join } from "./html.ts";
import { groupMethods, type Method } from "./methods.ts";
import { runHtml } from "./runs.ts";
import { arrivalsHtml, distancesHtml, runsHtml, variationsHtml } from "./tables.ts";

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
  const arrivals = groupMethods(records).map(({ name, records }) => ({ name, epochs: epochsToReach(records) }));
  return {
    id: "training",
    title: "Training",
    body: join([
      "<h3>Accuracy by epoch</h3>",
      byEpoch,
      ...(arrivals.some(({ epochs }) => epochs !== null) ? [arrivalsHtml(arrivals)] : []),
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
