/** What is decided on the validation split alone, before any test image is looked at. */
import type { Experiment } from "../experiment.ts";
import { fits } from "../metrics/mod.ts";
import { freeze } from "../thresholds/mod.ts";
import type { Frozen, ScoreColumns } from "../types.ts";

/**
 * The threshold and the calibration of a run, from the scores of its validation split.
 *
 * @throws {RangeError} when the split lacks a class
 */
export function frozenOn({ evaluate }: Pick<Experiment, "evaluate">, validation: ScoreColumns): Frozen {
  const fit = evaluate?.calibration ?? null;
  return {
    threshold: freeze(evaluate?.threshold ?? null, validation),
    calibration: fit === null ? null : fits[fit](validation.label, validation.score),
  };
}
