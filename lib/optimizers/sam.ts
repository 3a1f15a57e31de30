import { checkNumber } from "../definition/check.ts";
import { type Maker, type Part, part } from "../definition/part.ts";
import { add, div, mul, tidy } from "../engine/ops.ts";
import { disposeTree, entries, mapTree, type Tree } from "../engine/tree.ts";
import { type Adam, adam } from "./adam.ts";
import { type AdamW, adamW } from "./adamw.ts";
import { clipped, globalNorm } from "./clip.ts";
import { type Sgd, sgd } from "./sgd.ts";
import { orFree, type Slope } from "./slope.ts";
import type { StepAt, Stepped, Update } from "./step.ts";

/** Sharpness-aware minimisation: the step is taken by the gradient at the worst point nearby. */
export interface Sam extends Part<"sam"> {
  /** What takes the step; its rate is the one that the schedule starts from. */
  readonly base: AdamW | Adam | Sgd;
  /** ρ, how far the worst point is looked for; L2 norm over all parameters, > 0. */
  readonly rho: number;
}

/** Defines sharpness-aware minimisation; ρ is the paper's. */
export const sam: Maker<Sam, "base"> = part("sam", { rho: 0.05 }, {
  required: ["base"],
  parts: { base: [adamW, adam, sgd] },
  check({ base, rho }) {
    if (base === null) throw new TypeError("Cannot define sam.base: given null, expected adamW(), adam() or sgd()");
    checkNumber("sam.rho", rho, { above: 0 });
  },
});

/**
 * One step: the gradient is taken at the parameters, a second one at ρ · gradient / ‖gradient‖ from them, and the base
 * moves the parameters by the second. Value and buffers are those of the first look. The random draws of both looks
 * are the same. Consumes `at.params` and `at.state`; clips the second gradient.
 *
 * @returns tensors that the caller owns
 *
 * Source: Foret et al. 2021, equations 2 and 3, norm over all parameters. What norms remember comes from the first
 * look only, since nobody judges the network at the second.
 */
export function stepSam<P extends Tree, S extends Tree>(
  update: Update<Sam["base"], P, S>,
  { spec, slope, at }: { readonly spec: Sam; readonly slope: Slope<P>; readonly at: StepAt<P, S> },
): Stepped<P, S> {
  const { gradient, ...first } = slope(at.params);
  const worst = climbed(at.params, { gradient, rho: spec.rho });
  const second = orFree(first, () => orFree(worst, slope));
  disposeTree([worst, second.value, second.buffers]);
  return { ...update(spec.base, clipped(second.gradient, at.clip ?? null), at), ...first };
}

/** params + ρ · gradient / ‖gradient‖. Consumes the gradient. */
function climbed<P extends Tree>(params: P, { gradient, rho }: { readonly gradient: P; readonly rho: number }): P {
  const reach = tidy(() => div(rho, add(globalNorm(gradient), 1e-12)));
  const steepest = new Map(entries(gradient));
  const worst = mapTree(params, (param, path) => tidy(() => add(param, mul(steepest.get(path)!, reach))));
  disposeTree([gradient, reach]);
  return worst;
}
