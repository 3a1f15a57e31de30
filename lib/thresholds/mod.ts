/** Thresholds: parts that say where fake begins, and the functions that find it on validation scores. */
import type { FrozenThreshold } from "../metrics/mod.ts";
import type { ScoreColumns } from "../types.ts";
import { freezeOnValidation, validationThreshold } from "./validation_threshold.ts";

export { type ValidationThreshold, validationThreshold } from "./validation_threshold.ts";

/** How a threshold is found on validation scores, by kind. */
export const thresholds = {
  validationThreshold: freezeOnValidation,
};

/**
 * The type of the table.
 * @internal
 */
type Thresholds = typeof thresholds;

/** Where fake begins. */
export type ThresholdPart = Parameters<Thresholds[keyof Thresholds]>[0];

/**
 * The threshold that a part finds on validation scores; of a definition without one that of all of them, by accuracy.
 *
 * @throws {RangeError} when they lack a class
 */
export function freeze(part: ThresholdPart | null, rows: ScoreColumns): FrozenThreshold {
  const spec = part ?? validationThreshold({ images: null });
  return thresholds[spec.kind](spec, rows);
}
