import { checkChoice, checkNumber } from "../definition/check.ts";
import { type Part, part } from "../definition/part.ts";
import type { EpochRow } from "../types.ts";

/** A learning rate that falls whenever a validation metric stands still, until it is too small and training ends. */
export interface Plateau extends Part<"plateau"> {
  /** Validation metric that should rise. */
  readonly metric: "accuracy" | "auc";
  /** Epochs without improvement that are borne; the next one lowers the rate, as in PyTorch. */
  readonly patience: number;
  /** By how much a metric has to exceed the best so far to count as better; a fraction, ≥ 0. */
  readonly threshold: number;
  /** What the rate is multiplied by; 0 < factor < 1. */
  readonly factor: number;
  /** Smallest rate: training ends where the next one would be below; > 0. */
  readonly floor: number;
}

/** Defines a plateau schedule; the defaults are AlignedForensics's. */
export const plateau = part<Plateau>("plateau", {
  metric: "accuracy",
  patience: 7,
  threshold: 1e-3,
  factor: 0.1,
  floor: 1e-6,
}, {
  check({ metric, patience, threshold, factor, floor }) {
    checkChoice("plateau.metric", metric, ["accuracy", "auc"]);
    checkNumber("plateau.patience", patience, { from: 0, integer: true });
    checkNumber("plateau.threshold", threshold, { from: 0, below: 1 });
    checkNumber("plateau.factor", factor, { above: 0, below: 1 });
    checkNumber("plateau.floor", floor, { above: 0 });
  },
});

/**
 * The rate after some epochs: the optimizer's, lowered once for each plateau. A function of the history, so that a run
 * that was stopped finds its rate again.
 *
 * @returns null where training ends
 *
 * Source: PyTorch's `ReduceLROnPlateau` by an absolute threshold, but for the end: its rate stays at the smallest.
 */
export function plateauRate(spec: Plateau, rate: number, { history }: { history: readonly EpochRow[] }): number | null {
  let best = -Infinity, waited = 0, lowered = 0;
  for (const { validation } of history) {
    if (validation[spec.metric] > best + spec.threshold) {
      best = validation[spec.metric];
      waited = 0;
    } else if (++waited > spec.patience) {
      lowered++;
      waited = 0;
    }
  }
  const now = rate * spec.factor ** lowered;
  return now < spec.floor * (1 - 1e-9) ? null : now; // .1 · .1 is not quite .01
}
