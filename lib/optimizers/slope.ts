/** The objective of a step and its gradient, of one batch or of several. */
import { valueAndGradient } from "../engine/gradient.ts";
import { add, mul, type Scalar, type Tensor } from "../engine/ops.ts";
import { disposeTree, entries, fill, mapTree, type Tree } from "../engine/tree.ts";
import type { LossValue } from "../types.ts";

/**
 * The loss as a function of the parameters, and what the model's norms remember after it: tensors of its own, not those
 * it was given.
 */
export type Objective<P extends Tree> = (params: P) => { readonly value: LossValue; readonly buffers: Tree };

/** An objective's value, gradient and buffers at one place; the caller owns them. */
export type Sloped<P extends Tree> = ReturnType<Objective<P>> & { readonly gradient: P };

/**
 * The gradient of the objective as a function of the parameters. An optimizer is given this rather than a gradient,
 * because some need it twice a step.
 */
export type Slope<P extends Tree> = (params: P) => Sloped<P>;

/** The slope of an objective. */
export function slopeOf<P extends Tree>(objective: Objective<P>): Slope<P> {
  return (params) => {
    let told: { terms: string[]; buffers: Tree } | undefined;
    const { value, gradient, aux } = valueAndGradient<P, Record<string, Tensor>>((at) => {
      const { value: { total, terms }, buffers } = objective(at);
      told = { terms: Object.keys(terms), buffers };
      const kept = [...Object.values(terms), ...entries(buffers).map(([, buffer]) => buffer)];
      return { value: total, aux: Object.fromEntries(kept.entries()) };
    }, params);
    const kept = Object.values(aux);
    const { terms, buffers } = told!;
    const paths = entries(buffers).map(([path], i): [string, Tensor] => [path, kept[terms.length + i]]);
    return {
      gradient,
      value: { total: value, terms: Object.fromEntries(terms.map((name, i) => [name, kept[i] as Scalar])) },
      buffers: fill(buffers, new Map(paths)),
    };
  };
}

/**
 * The mean of some slopes, taken one after another so that only one of them is in memory: accumulated gradients.
 *
 * @param slopes each sees the buffers that the one before left, the first those given
 */
export function meanSlope<P extends Tree>(
  slopes: readonly ((params: P, buffers: Tree) => Sloped<P>)[],
  buffers: Tree,
): Slope<P> {
  const [first, ...others] = slopes;
  return (params) => {
    let mean = first(params, buffers);
    for (const slope of others) {
      const { gradient, value, ...next } = orFree(mean, ({ buffers }) => slope(params, buffers));
      disposeTree(mean.buffers);
      mean = { gradient: sumOf(mean.gradient, gradient), value: sumOf(mean.value, value), buffers: next.buffers };
    }
    if (others.length === 0) return mean;
    const share = 1 / slopes.length;
    return { ...mean, gradient: scaled(mean.gradient, share), value: scaled(mean.value, share) };
  };
}

/**
 * Goes on from a result; where that fails, on a full heap say, the result is freed, so that a smaller batch finds the
 * memory.
 */
export function orFree<T extends Tree, Next>(result: T, next: (result: T) => Next): Next {
  try {
    return next(result);
  } catch (error) {
    disposeTree(result);
    throw error;
  }
}

/** Consumes both. */
function sumOf<T extends Tree>(a: T, b: T): T {
  const others = new Map(entries(b));
  const sum = mapTree(a, (leaf, path) => add(leaf, others.get(path)!));
  disposeTree([a, b]);
  return sum;
}

/** Consumes it. */
function scaled<T extends Tree>(tree: T, factor: number): T {
  const product = mapTree(tree, (leaf) => mul(leaf, factor));
  disposeTree(tree);
  return product;
}
