/** A problem that paper and pencil can follow, for tests of optimizers. */
import { add, mul, type Scalar, square, sub, sum, type Tensor, tensor, tidy } from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { type Optimizer, optimizerKind, type OptimizerState, rateOf } from "../../lib/optimizers/mod.ts";
import { type Slope, slopeOf } from "../../lib/optimizers/slope.ts";
import { take } from "../tensors.ts";

/** A matrix and a vector. */
export type Params = { readonly w: Tensor; readonly b: Tensor };

/** Where an optimizer stands. */
export type Place = { readonly params: Params; readonly state: OptimizerState<Params> };

/** What a step leaves, its value as numbers. */
export type After = Place & { readonly total: number; readonly term: number };

/** Half the squared distance of w and b to a target: the gradient is the distance. Its term is that of w. */
export function pullTo(target: number): Slope<Params> {
  const half = (p: Tensor): Scalar => mul(0.5, sum(square(sub(p, target))));
  return slopeOf(({ w, b }: Params) => ({
    value: tidy(() => ({ total: add<Scalar>(half(w), half(b)), terms: { w: half(w) } })),
    buffers: {},
  }));
}

/** w = (1, −2), b = .5, before the first step. */
export function start(spec: Optimizer): Place {
  const params = { w: tensor([[1, -2]]), b: tensor([0.5]) };
  return { params, state: optimizerKind(spec).init(spec, params) };
}

/** One step, by default of the slope to 0 at the optimizer's own rate; consumes `at`. */
export function step(
  spec: Optimizer,
  at: Place,
  { slope = pullTo(0), rate = rateOf(spec), number = 1, clip = null }: {
    slope?: Slope<Params>;
    rate?: number;
    number?: number;
    clip?: number | null;
  } = {},
): After {
  const { params, state, value } = optimizerKind(spec).step(spec, slope, { ...at, rate, step: number, clip });
  return { params, state, total: take(value.total)[0], term: take(value.terms.w)[0] };
}

/** The numbers of w and b in a row. */
export function numbersOf({ params: { w, b } }: Place): number[] {
  return [...w.dataSync(), ...b.dataSync()];
}

/** The numbers of w and b after some steps from the start, everything freed. */
export function walk(
  spec: Optimizer,
  steps: number,
  options: (number: number) => Parameters<typeof step>[2] = () => ({}),
): number[] {
  let at: Place = start(spec);
  for (let number = 1; number <= steps; number++) at = step(spec, at, { number, ...options(number) });
  const found = numbersOf(at);
  disposeTree([at.params, at.state]);
  return found;
}
