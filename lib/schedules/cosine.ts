import { checkChoice, checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";

/** A learning rate that falls along half a cosine, and rises again past the period. */
export interface Cosine extends Part<"cosine"> {
  /** T_max, epochs from the full rate to the floor; > 0. */
  readonly period: number;
  /** Lowest learning rate; ≥ 0. */
  readonly floor: number;
  /** Epochs before the period, over which the rate rises linearly; ≥ 0, a whole number where `every` is "epoch". */
  readonly warmup: number;
  /** When the rate changes: once an epoch, as in PyTorch's usual loop, or with every step. */
  readonly every: "epoch" | "step";
}

/** Defines a cosine schedule. */
export const cosine: Maker<Cosine, "period"> = part("cosine", { floor: 0, warmup: 0, every: "epoch" }, {
  required: ["period"],
  check({ period, floor, warmup, every }) {
    checkNumber("cosine.period", period, { above: 0 });
    checkNumber("cosine.floor", floor, { from: 0 });
    checkChoice("cosine.every", every, ["epoch", "step"]);
    checkNumber("cosine.warmup", warmup, { from: 0, integer: every === "epoch" });
  },
});

/**
 * floor + (rate − floor) · (1 + cos(π · t / period)) / 2 with t the epochs done since the warm-up.
 *
 * Warm-up rises from the floor: by step it starts there, so that the very first step moves next to nothing; by epoch,
 * whose first one should not be lost, it starts one part of warmup + 1 above.
 *
 * @param rate the optimizer's
 * @param progress `epoch`: epochs done, fractional within an epoch
 *
 * Source: SGDR (Loshchilov and Hutter 2017, eq. 5) without restarts; past the period it goes up again, as the closed
 * form of PyTorch's `CosineAnnealingLR` does.
 */
export function cosineRate(spec: Cosine, rate: number, { epoch }: { readonly epoch: number }): number {
  const { period, floor, warmup } = spec;
  const done = spec.every === "epoch" ? Math.floor(epoch) : epoch;
  const share = done < warmup
    ? spec.every === "epoch" ? (done + 1) / (warmup + 1) : done / warmup
    : (1 + Math.cos(Math.PI * (done - warmup) / period)) / 2;
  return floor + (rate - floor) * share;
}
