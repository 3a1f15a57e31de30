import { checkNumber } from "../definition/check.ts";

/** @throws {RangeError} when a warm-up is neither null nor a number above 0 */
export function checkWarmup(name: string, warmup: number | null): void {
  if (warmup !== null) checkNumber(`${name}.warmup`, warmup, { above: 0 });
}

/** The share of the rate that a linear warm-up gives, from 0 before the first step to 1 after `warmup` epochs. */
export function warmupShare(warmup: number | null, { epoch }: { readonly epoch: number }): number {
  return warmup === null ? 1 : Math.min(epoch / warmup, 1);
}
