import { checkChoice, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import type { EpochRow } from "../types.ts";
import { checkWarmup, warmupShare } from "./warmup.ts";

/** A learning rate that falls whenever a validation metric stands still, until it is too small and training ends. */
export interface Plateau extends Part<"plateau"> {
  /** Validation metric that should rise. */
  readonly metric: "accuracy" | "balancedAccuracy" | "auc";
  /** Epochs without improvement that are borne; the next one lowers the rate, as in PyTorch. */
  readonly patience: number;
  /** By how much a metric has to exceed the best so far to count as better; a fraction, ≥ 0. */
  readonly threshold: number;
  /** What the rate is multiplied by; 0 < factor < 1. */
  readonly factor: number;
  /** Smallest rate: training ends where the next one would be below; > 0. */
  readonly floor: number;
  /** As constant()'s. Its epochs count like any others. */
  readonly warmup: number | null;
}

/**
 * Defines a plateau schedule. The defaults are those of AlignedForensics's published command, whose ten epochs without
 * improvement are a patience of nine. LaRE²: AUC, patience 4, threshold 1e-4, factor 0.5, floor 1e-7.
 */
export const plateau: Maker<Plateau> = part("plateau", {
  metric: "balancedAccuracy",
  patience: 9,
  threshold: 1e-3,
  factor: 0.1,
  floor: 1e-6,
  warmup: null,
}, {
  check({ metric, patience, threshold, factor, floor, warmup }) {
    checkChoice("plateau.metric", metric, ["accuracy", "balancedAccuracy", "auc"]);
    checkNumber("plateau.patience", patience, { from: 0, integer: true });
    checkNumber("plateau.threshold", threshold, { from: 0, below: 1 });
    checkNumber("plateau.factor", factor, { above: 0, below: 1 });
    checkNumber("plateau.floor", floor, { above: 0 });
    checkWarmup("plateau", warmup);
  },
});

/**
 * The rate after some epochs: the optimizer's, lowered once for each plateau. A function of the history, so that a run
 * that was stopped finds its rate again.
 *
 * @param progress `history` of the whole epochs done; `epoch`: epochs done, fractional within an epoch
 * @returns null where training ends
 *
 * Source: PyTorch's `ReduceLROnPlateau` by an absolute threshold, but for the end: its rate stays at the smallest.
 */
export function plateauRate(
  spec: Plateau,
  rate: number,
  progress: { readonly epoch: number; readonly history: readonly EpochRow[] },
): number | null {
  let best = -Infinity, waited = 0, lowered = 0;
  for (const { validation } of progress.history) {
    if (validation[spec.metric] > best + spec.threshold) {
      best = validation[spec.metric];
      waited = 0;
    } else if (++waited > spec.patience) {
      lowered++;
      waited = 0;
    }
  }
  const now = rate * spec.factor ** lowered;
  if (now < spec.floor * (1 - 1e-9)) return null; // .1 · .1 is not quite .01
  return now * warmupShare(spec.warmup, progress);
}
