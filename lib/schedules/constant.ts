import { type Maker, type Part, part } from "../definition/part.ts";
import { checkWarmup, warmupShare } from "./warmup.ts";

/** The same learning rate throughout. */
export interface Constant extends Part<"constant"> {
  /** Epochs, possibly a fraction, over which the rate rises linearly from 0 with every step; null: none. */
  readonly warmup: number | null;
}

/** Defines a constant schedule. */
export const constant: Maker<Constant> = part("constant", { warmup: null }, {
  check: ({ warmup }) => checkWarmup("constant", warmup),
});

/**
 * The optimizer's own rate, after the warm-up.
 *
 * @param progress `epoch`: epochs done, fractional within an epoch
 */
export function constantRate({ warmup }: Constant, rate: number, progress: { readonly epoch: number }): number {
  return rate * warmupShare(warmup, progress);
}
