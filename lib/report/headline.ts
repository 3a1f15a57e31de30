import { accuracy, auc, testSets } from "../metrics/mod.ts";
import type { RunRecord } from "../types.ts";
import { groupMethods } from "./methods.ts";

/** The two numbers that a run is told by, as fractions. */
export interface Headline {
  /** Share of the images that are called what they are. */
  readonly accuracy: number;
  /** Area under the ROC curve. */
  readonly auc: number;
}

/**
 * Accuracy and AUC of one run: means over the test sets whose generators it was not trained on, where it is known which
 * those are, otherwise over all.
 *
 * @throws {RangeError} when the run is not done, or a test set lacks a class
 */
export function headline(record: RunRecord): Headline {
  const [{ trained }] = groupMethods([record]);
  return meansOver(record, new Set(trained ?? []));
}

/** The same over the test sets that are not left out; over all when none would stay. */
export function meansOver({ scores }: Pick<RunRecord, "scores">, without: ReadonlySet<string>): Headline {
  const sets = [...testSets(scores)];
  const unseen = sets.filter(([name]) => !without.has(name));
  const kept = (unseen.length === 0 ? sets : unseen).map(([, rows]) => {
    const columns = [scores.label, scores.score].map((column) => Array.from(rows, (row) => column[row]));
    return { accuracy: accuracy(columns[0], columns[1]), auc: auc(columns[0], columns[1]) };
  });
  const mean = (name: keyof Headline): number => kept.reduce((sum, one) => sum + one[name], 0) / kept.length;
  return { accuracy: mean("accuracy"), auc: mean("auc") };
}
