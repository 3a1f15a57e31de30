/** What is said of a score: a probability, a verdict, and how often such a verdict is wrong. */
import { calibrated, type Calibration, fitPlatt } from "../metrics/calibration.ts";
import { testSets } from "../metrics/test_sets.ts";
import type { FrozenThreshold } from "../metrics/threshold.ts";
import type { Label, RunRecord, ScoreColumns } from "../types.ts";

/** How often a detector is wrong at its threshold on one test set. */
export interface Rates {
  /** The test set; "all": every image of every set once. */
  readonly set: string;
  /** Photographs and fakes that were tested. */
  readonly real: number;
  /** See `real`. */
  readonly fake: number;
  /** Share of the photographs that were called fake, 0…1. */
  readonly falseAlarms: number;
  /** Share of the fakes that were called real, 0…1. */
  readonly misses: number;
}

/** How scores become verdicts. Plain JSON, made once and then kept. */
export interface Judgement {
  /** An image is called fake when its score, before calibration, is above this. */
  readonly threshold: number;
  /** How the threshold was chosen on validation data; null: it was not, it is the middle that training aims at. */
  readonly frozen: FrozenThreshold | null;
  /** Fitted on validation data; null: the score is told as it is. */
  readonly calibration: Calibration | null;
  /** Of each test set, then of all; empty where nobody tested here. */
  readonly rates: readonly Rates[];
}

/** What was said of an image. */
export interface Verdict {
  /** That it is generated, 0…1, calibrated where the detector is. */
  readonly probability: number;
  readonly verdict: Label;
}

/** The threshold where none was chosen. */
const MIDDLE = 0.5;

/**
 * What a run's record says: the threshold and the calibration that were frozen on validation, and the rates that they
 * have on test scores. Where its definition asks for no calibration one is fitted to the validation scores here, Platt's,
 * which keeps its probabilities off 0 and 1 where validation is told apart without error, as it often is when it knows
 * only the generator that was trained on. A record that is older than all this is judged at 0.5, its scores as they are.
 */
export function judgementOf(
  { validation, frozen, scores }: Pick<RunRecord, "validation" | "frozen" | "scores">,
): Judgement {
  const calibration = frozen?.calibration ??
    (frozen === null || validation === null ? null : fitPlatt(validation.label, validation.score));
  const threshold = frozen?.threshold.threshold ?? MIDDLE;
  return { threshold, frozen: frozen?.threshold ?? null, calibration, rates: ratesOf(scores, threshold) };
}

/** The rates of each test set at a threshold, then those of all; of sets without a class none. */
export function ratesOf(scores: ScoreColumns, threshold: number): Rates[] {
  const sets = [...testSets(scores)].map(([set, rows]) => ({ set, rows: [...rows] }));
  const every = [...new Set(sets.flatMap(({ rows }) => rows))];
  const wanted = sets.length > 1 ? [...sets, { set: "all", rows: every }] : sets;
  return wanted.flatMap(({ set, rows }) => {
    const called = (label: number): readonly [all: number, fake: number] => {
      const own = rows.filter((row) => scores.label[row] === label);
      return [own.length, own.filter((row) => scores.score[row] > threshold).length];
    };
    const [[real, alarms], [fake, found]] = [called(0), called(1)];
    return real === 0 || fake === 0 ? [] : [{ set, real, fake, falseAlarms: alarms / real, misses: 1 - found / fake }];
  });
}

/** What a score means. */
export function verdictOf({ threshold, calibration }: Judgement, score: number): Verdict {
  return { probability: probabilityOf(calibration, score), verdict: score > threshold ? "fake" : "real" };
}

/** The threshold as a probability, on the scale on which probabilities are told. */
export function thresholdProbability({ threshold, calibration }: Judgement): number {
  return probabilityOf(calibration, Math.min(Math.max(threshold, 0), 1));
}

function probabilityOf(calibration: Calibration | null, score: number): number {
  return calibration === null ? score : calibrated(calibration, [score])[0];
}
