/** The figures of the results: still pictures that lie beside the page. */
import { join } from "node:path";
import { compare, type Figure, hasDistances, markdownPicture, methodNames, plot } from "../report/mod.ts";
import { savePicture } from "../notebook/save.ts";
import type { Told } from "./results_told.ts";

/** What a figure shows. */
export type Shown = "accuracy" | "ablation" | "distances" | "epochs";

/** A figure of a system. */
export interface ResultFigure {
  readonly shown: Shown;
  /** Name of its file in {@linkcode FIGURES}. */
  readonly file: string;
  readonly figure: Figure;
  /** What it shows, for whoever does not see it: its numbers stand in a table beside it. */
  readonly alt: string;
}

/** Folder of the pictures, beside the page. */
export const FIGURES = "figures";

/** Pictures are read at the width of a column of text. */
const WIDTH = 860;

/** The figures of a system: accuracy by generator, the ablation, and what its claims and runs have beside. */
export function systemFigures(
  { key, system, records, table, claims }: Pick<Told, "key" | "system" | "records" | "table" | "claims">,
): ResultFigure[] {
  const { question: { against } } = system;
  const names = methodNames(table);
  const of = names.join(", ");
  const made = (shown: Shown, figure: Figure, alt: string): ResultFigure => ({
    shown,
    file: `${key.replace(/[^a-z0-9]+/gi, "-")}-${shown}.svg`,
    figure,
    alt: `${alt}: ${of}`,
  });
  const aboutEpochs = claims.some(({ claim }) => claim.metric === "epochsToReach");
  return [
    made("accuracy", plot.dots(table), "Accuracy by generator with 95 % intervals"),
    ...(!names.includes(against) || names.length < 2 ? [] : [made(
      "ablation",
      plot.ablation(compare(records, { baseline: against })),
      `Accuracy of each variant and its paired difference from ${against}, with 95 % intervals`,
    )]),
    ...(!hasDistances(records) ? [] : [made(
      "distances",
      plot.distances(records),
      "Distance of samples from their reconstructions by epoch, photographs and fakes",
    )]),
    ...(!aboutEpochs || !judgedByEpoch(records)
      ? []
      : [made("epochs", plot.epochs(records), "Accuracy on the validation split by epoch")]),
  ];
}

function judgedByEpoch(records: Told["records"]): boolean {
  return records.some(({ history }) => history[0]?.validation.accuracy !== undefined);
}

/** The picture in the page, where there is such a figure; nothing otherwise. */
export function pictureOf(figures: readonly ResultFigure[], shown: Shown): string[] {
  const found = figures.find((one) => one.shown === shown);
  return found === undefined ? [] : [markdownPicture(`${FIGURES}/${found.file}`, found.alt)];
}

/** Writes the pictures, on white: the page may be read on any ground. */
export async function saveFigures(figures: readonly ResultFigure[], folder: string): Promise<void> {
  if (figures.length === 0) return;
  await Deno.mkdir(join(folder, FIGURES), { recursive: true });
  for (const { file, figure } of figures) await savePicture(figure, join(folder, FIGURES, file), { width: WIDTH });
}
