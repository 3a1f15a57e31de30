/** The objective of a step and its gradient, of one batch or of several. */
import { valueAndGradient } from "../engine/gradient.ts";
import { add, mul, type Scalar, type Tensor, tidy } from "../engine/ops.ts";
import { disposeTree, entries, fill, mapTree, type Tree } from "../engine/tree.ts";
import type { LossValue } from "../types.ts";

/** The loss as a function of the parameters, and what the model's norms remember after it. */
export type Objective<P extends Tree> = (params: P) => { readonly value: LossValue; readonly buffers: Tree };

/** An objective's value, gradient and buffers at one place; the caller owns them. */
export interface Sloped<P extends Tree> extends ReturnType<Objective<P>> {
  readonly gradient: P;
}

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
 * @param slopes each sees the buffers that the one before left
 */
export function meanSlope<P extends Tree>(
  slopes: readonly ((params: P, buffers: Tree) => Sloped<P>)[],
  buffers: Tree,
): Slope<P> {
  return (params) => {
    let sum: Sloped<P> | undefined;
    for (const slope of slopes) {
      const next = slope(params, sum?.buffers ?? buffers);
      if (sum === undefined) {
        sum = next;
        continue;
      }
      const before: Sloped<P> = sum;
      sum = {
        gradient: sumOf(before.gradient, next.gradient),
        value: sumOf<Tree>({ ...before.value }, { ...next.value }) as unknown as LossValue,
        buffers: next.buffers,
      };
      disposeTree(before.buffers);
    }
    const share = 1 / slopes.length;
    return {
      gradient: scaled(sum!.gradient, share),
      value: scaled<Tree>({ ...sum!.value }, share) as unknown as LossValue,
      buffers: sum!.buffers,
    };
  };
}

/** Consumes both. */
function sumOf<T extends Tree>(a: T, b: T): T {
  const others = new Map(entries(b));
  return consuming([a, b], () => mapTree(a, (leaf, path) => add(leaf, others.get(path)!)));
}

/** Consumes it. */
function scaled<T extends Tree>(tree: T, factor: number): T {
  return consuming([tree], () => mapTree(tree, (leaf) => mul(leaf, factor)));
}

function consuming<T extends Tree>(trees: readonly Tree[], make: () => T): T {
  const made = tidy(() => make() as never) as T;
  for (const tree of trees) disposeTree(tree);
  return made;
}
