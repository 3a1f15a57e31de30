/** What runs make of images to which something was done, beside those as they are. */
import { bootstrap, type Intervals, intervals, type Statistic, underName } from "../metrics/mod.ts";
import type { Interval, RunRecord, ScoreColumns } from "../types.ts";
import { frozenThresholdOf, type ThresholdChoice, thresholdsOf } from "./frozen.ts";
import { percentInterval } from "./numbers.ts";
import { alignedText, plural, type TextOptions } from "./text.ts";

/** What a name says: the last step and its strength, and what is done before it and to whom. */
export interface NamedCorruption {
  /** As "jpeg", "crop-0.8+jpeg" or "jpeg on fakes": equal for all that differ in the strength of the last step alone. */
  readonly kind: string;
  readonly strength: number;
}

/** Reads a name that `corruptionName` of the augmentations made; null for any other. */
export function parseCorruption(name: string): NamedCorruption | null {
  const found = /^((?:[a-z]+-[\d.e-]+\+)*[a-z]+)-([\d.]+(?:e-\d+)?)( on (?:photographs|fakes))?$/.exec(name);
  return found === null ? null : { kind: found[1] + (found[3] ?? ""), strength: Number(found[2]) };
}

/** One number of a test set under what was done to its images. */
export interface CorruptionRow {
  /** As the record names it; null: nothing was done. */
  readonly name: string | null;
  /** What was done, without its strength, as "jpeg"; the name itself where it has none; "none" for nothing. */
  readonly corruption: string;
  /** Of the last step, in its own unit; NaN where there is none. */
  readonly strength: number;
  /** Test set, or "mean" over all that were scored under it. */
  readonly set: string;
  /** The number, with its 95 % interval. */
  readonly metric: Interval;
}

/** Which number. */
export interface CorruptionOptions {
  /** Which number; default "auc". */
  readonly metric?: Statistic;
  /** Where fake begins; left out: at 0.5. */
  readonly threshold?: ThresholdChoice;
}

/** What is needed of a run. */
export type ScoredRun = Pick<RunRecord, "scores" | "frozen" | "experiment">;

/**
 * A number of every test set under everything that was done to its images, with its 95 % bootstrap interval: images as
 * they are first, then in the order in which the first run was scored. Of each, the sets count that were scored under it.
 *
 * @param runs of one method, that differ in their seed alone
 * @throws {RangeError} when they were tested on different rows, or a frozen threshold is asked for that a run lacks
 */
export function corruptionRows(
  runs: readonly ScoredRun[],
  { metric = "auc", threshold = 0.5 }: CorruptionOptions = {},
): CorruptionRow[] {
  return namesOf(runs).flatMap((name) => {
    const { sets, mean } = intervalsUnder(runs, { name, threshold });
    const told = name === null ? { kind: "none", strength: NaN } : parseCorruption(name) ?? {
      kind: name,
      strength: NaN,
    };
    const row = (set: string, numbers: Intervals["mean"]): CorruptionRow => ({
      ...{ name, corruption: told.kind, strength: told.strength, set, metric: numbers[metric] },
    });
    return [...Array.from(sets, ([set, numbers]) => row(set, numbers)), row("mean", mean)];
  });
}

/** What was done to images that every run has scores of; nothing first. */
function namesOf(runs: readonly ScoredRun[]): (string | null)[] {
  const [first = new Set<string | null>(), ...others] = runs.map(({ scores }) => new Set(scores.corruption));
  const shared = [...first].filter((name) => others.every((other) => other.has(name)));
  return shared.sort((a, b) => Number(a !== null) - Number(b !== null));
}

function intervalsUnder(
  runs: readonly ScoredRun[],
  { name, threshold }: { readonly name: string | null; readonly threshold: ThresholdChoice },
): Intervals {
  const rows = runs.map(({ scores }): ScoreColumns => name === null ? scores : underName(scores, name));
  return intervals(bootstrap(rows, { trained: [], thresholds: thresholdsOf(runs, threshold) }));
}

/**
 * What was done to images, and what a run makes of them, as text for a terminal: means over test sets, or the one there
 * is; percentages with their 95 % intervals. Accuracy stands there at 0.5 and, where every run has one, at the threshold
 * that was frozen on validation.
 */
export function corruptionText(runs: readonly ScoredRun[], { width = 100 }: TextOptions = {}): string {
  const frozen = runs.every((run) => frozenThresholdOf(run) !== null);
  const rows = namesOf(runs).map((name) => {
    const { sets, mean } = intervalsUnder(runs, { name, threshold: 0.5 });
    const calls = frozen ? intervalsUnder(runs, { name, threshold: "frozen" }).mean.accuracy : null;
    return { name, sets: [...sets.keys()], mean, calls };
  });
  const cell = ({ value, low, high }: Interval): string => percentInterval(value, low, high);
  const column = (title: string, cells: readonly string[]) => ({ title, cells, right: true });
  return alignedText([
    { title: "done to the images", cells: rows.map(({ name }) => name ?? "nothing"), shrinks: true },
    {
      title: "tested on",
      cells: rows.map(({ sets }) => sets.length === 1 ? sets[0] : `mean of ${plural(sets.length, "set")}`),
      shrinks: true,
    },
    column("accuracy %", rows.map(({ mean }) => cell(mean.accuracy))),
    ...(frozen ? [column("at frozen %", rows.map(({ calls }) => cell(calls!)))] : []),
    column("AUC %", rows.map(({ mean }) => cell(mean.auc))),
  ], { width });
}
