/** The part of the results that speaks of one system. */
import {
  ablationMarkdown,
  claimsMarkdown,
  comparisonMarkdown,
  differenceMarkdown,
  differences,
  differenceSentence,
  intervalNote,
  markdownText,
  methodNames,
  pairsMarkdown,
  type Published,
} from "../report/mod.ts";
import { pictureOf } from "./results_figures.ts";
import { distancesTable, epochsTable, timeTable } from "./results_tables.ts";
import type { Told } from "./results_told.ts";

/** A system's results as blocks of Markdown under a heading of the second level. */
export function systemBlocks(told: Told): string[] {
  const { system, records, seeds, table, claims, published, figures } = told;
  const { of, against } = system.question;
  const answers = differences(records, system.question);
  return [
    `## ${markdownText(system.title)}`,
    markdownText(differenceSentence(answers)),
    markdownText(differenceSentence(answers, { metric: "auc" })),
    `${records.length} runs: ${methodNames(table).map(markdownText).join(", ")}, each under the seeds ` +
    `${seeds.join(", ")}; \`${system.file}\` defines them.`,
    "### Accuracy by generator, %",
    comparisonMarkdown(table, { metric: "accuracy" }),
    ...pictureOf(figures, "accuracy"),
    "### AUC by generator, %",
    comparisonMarkdown(table, { metric: "auc" }),
    `${intervalNote(seeds.length)} The mean of unseen is over the generators that training did not show.`,
    "### Ablation",
    ablationMarkdown(records, { baseline: against }),
    ...pictured(figures, "ablation", "p in the picture is that of the paired bootstrap, and not corrected."),
    "### Paired differences",
    ...pairBlocks(told),
    markdownText(`By generator, ${of} − ${against}:`),
    differenceMarkdown(answers),
    ...under("### Embedding distances", distancesTable(records), [
      "Mean squared distance (0 to 4) of the unit embeddings of validation samples and their reconstructions after the " +
      "last epoch; mean ± standard deviation over seeds.",
    ], pictureOf(figures, "distances")),
    ...under("### Epochs", epochsTable(records), [
      "The first epoch whose accuracy on the validation split is within half a point of the best of any epoch. " +
      "Validation knows only the generators that were trained on.",
    ], pictureOf(figures, "epochs")),
    "### Time",
    timeTable(records),
    ...(claims.length === 0
      ? []
      : ["### What its published claims come to here", claimsMarkdown(claims, { systems: false })]),
    ...(published === null ? [] : publishedBlocks(published)),
  ];
}

/** A table with what stands around it; nothing where there is none. */
function under(title: string, table: string | null, before: readonly string[], behind: readonly string[]): string[] {
  return table === null ? [] : [title, ...before, table, ...behind];
}

/** A picture and a sentence about it, where there is such a picture. */
function pictured(figures: Told["figures"], shown: "ablation", sentence: string): string[] {
  const picture = pictureOf(figures, shown);
  return picture.length === 0 ? [] : [...picture, sentence];
}

function pairBlocks({ pairs, seeds }: Told): string[] {
  const apart = pairs.accuracy.flatMap(({ of, against, apart }) =>
    typeof apart === "string" ? [`- ${of} − ${against}: ${apart}`] : []
  );
  const known = pairs.accuracy.flatMap(({ apart }) => typeof apart === "string" ? [] : [apart]);
  const many = known.length;
  if (many === 0) return ["No two variants can be paired:", apart.map(markdownText).join("\n")];
  return [
    `Over ${known[0].over}, in percentage points, with the 95 % interval and the difference of each seed's own two ` +
    "runs: both variants see the same draws of photographs and seeds. p is that of the paired bootstrap" +
    `${many > 1 ? `, in “p (Holm)” corrected for the ${many} pairs of the table` : ""}.`,
    pairsMarkdown(pairs.accuracy, { title: "accuracy", seeds }),
    pairsMarkdown(pairs.auc, { title: "AUC", seeds }),
    ...(apart.length === 0 ? [] : ["Not to be paired:", apart.map(markdownText).join("\n")]),
  ];
}

function publishedBlocks({ claim, here, needs, command }: Published): string[] {
  return [
    "### Beside the published numbers",
    markdownText(claim),
    ...here.map(markdownText),
    "Doing the published experiment again needs",
    needs.map((need) => `- ${markdownText(need)}`).join("\n"),
    ...(command === undefined ? [] : ["and then", "```sh\n" + command + "\n```"]),
  ];
}
