import { addN, mul, type Scalar, tidy } from "../engine/ops.ts";
import type { LossInput, LossValue } from "../types.ts";
import { type Loss, losses } from "./mod.ts";

/**
 * Σ weight · term over the named terms.
 *
 * @param terms the keys name the terms in the value, the history and the curves
 * @returns scalars that the caller owns; each term already weighted
 * @throws {RangeError} when there is no term; whatever a term throws
 */
export function totalLoss(terms: Readonly<Record<string, Loss>>, input: LossInput): LossValue {
  const named = Object.entries(terms);
  if (named.length === 0) throw new RangeError("Cannot take the total loss: no term is given, expected at least one");
  return tidy(() => {
    const values = named.map(([name, spec]): [string, Scalar] => [name, mul(lossTerm(spec, input), spec.weight)]);
    return { total: addN(values.map(([, value]) => value)), terms: Object.fromEntries(values) };
  });
}

/** One term, not yet weighted: a look-up in the table. */
export function lossTerm(spec: Loss, input: LossInput): Scalar {
  const value = losses[spec.kind].value as (spec: Loss, input: LossInput) => Scalar;
  return value(spec, input);
}
