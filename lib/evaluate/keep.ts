/** What a record takes in of an evaluation, and what it refuses. */
import { underName } from "../metrics/mod.ts";
import { lockRun } from "../runs/lock.ts";
import { appendScores, readRecord } from "../runs/store.ts";
import type { Metrics, RunRecord, Sample, ScoreColumns } from "../types.ts";
import { agreement, onlySets, otherRows, standingAlone } from "./agreement.ts";
import { scoreColumns } from "./predict.ts";

/** Scores can be compared, and taken in, only where a set is made of the same images as the record's of its name. */
export function refuseOtherRows(
  { experiment: { name } }: RunRecord,
  { samples, stored, own, keep }: {
    readonly samples: readonly Sample[];
    readonly stored: ScoreColumns;
    readonly own: boolean;
    readonly keep: boolean;
  },
): void {
  const asked = standingAlone(scoreColumns(samples, samples.map(() => 0)));
  const other = otherRows(asked, stored);
  if (other === null || (!own && !keep)) return;
  const { set, given, stored: had, example } = other;
  throw new RangeError(
    `Cannot evaluate "${name}" on "${set}": the test set holds ${given} images, its record's of that name ${had}, and ` +
      `"${example}" is in one of them only. ` +
      (own
        ? "Give the data that it was tested on with --data DIR"
        : "Leave that set out, or score it without keeping the scores (keep: false, or --dry)"),
  );
}

/**
 * Adds the sets that the record does not have; the record is read again, since another may have added some.
 *
 * @param scores that `standingAlone` made
 * @returns names of the sets that were added
 * @throws {RangeError} when it has one of the sets with other scores
 */
export async function keepScores(
  folder: string,
  { scores, metrics }: { readonly scores: ScoreColumns; readonly metrics: Readonly<Record<string, Metrics>> },
): Promise<string[]> {
  using _lock = await lockRun(folder);
  const record = await readRecord(folder);
  const stored = standingAlone(record.scores);
  const known = agreement(scores, { scores: stored, metrics: record.metrics });
  if (known !== null && known.largest > 0) {
    throw new RangeError(
      `Cannot add to the record of "${record.experiment.name}": it has ${
        quoted(known.sets)
      } already, with scores that ` +
        `differ by up to ${
          known.largest.toPrecision(2)
        }. Leave those out, or score without keeping the scores (keep: false, or --dry)`,
    );
  }
  const names = [...new Set(scores.set as readonly string[])].filter((name) => !known?.sets.includes(name));
  if (names.length === 0) return [];
  const added = Object.fromEntries(names.map((name) => [name, metrics[name]]));
  await appendScores(folder, onlySets(scores, names), added);
  return names;
}

/**
 * Adds scores of images to which something was done, of the sets that the record does not have under that name.
 *
 * @param name of what was done
 * @param scores that `standingAlone` made
 */
export async function keepUnderName(folder: string, name: string, scores: ScoreColumns): Promise<void> {
  using _lock = await lockRun(folder);
  const there = new Set(underName((await readRecord(folder)).scores, name).set);
  const missing = [...new Set(scores.set as readonly string[])].filter((set) => !there.has(set));
  if (missing.length === 0) return;
  const kept = onlySets(scores, missing);
  await appendScores(folder, { ...kept, corruption: kept.id.map(() => name) }, {});
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
