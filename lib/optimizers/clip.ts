import { add, addN, div, minimum, mul, type Scalar, sqrt, square, sum, tidy } from "../engine/ops.ts";
import { disposeTree, entries, mapTree, type Tree } from "../engine/tree.ts";

/** √Σ x² over all values of a tree. Scalar. */
export function globalNorm(tree: Tree): Scalar {
  return tidy(() => sqrt(addN(entries(tree).map(([, leaf]) => sum<Scalar>(square(leaf))))));
}

/**
 * A gradient whose norm, over all of it, is at most `largest`: shorter ones stay as they are.
 *
 * @param gradient consumed
 * @param largest null: any
 * @returns tensors that the caller owns
 *
 * Source: Pascanu et al. 2013 in the form of PyTorch's `clip_grad_norm_`: the factor is largest / (norm + 1e-6),
 * at most 1.
 */
export function clipped<P extends Tree>(gradient: P, largest: number | null): P {
  if (largest === null) return gradient;
  const factor = tidy(() => minimum(div(largest, add(globalNorm(gradient), 1e-6)), 1));
  const shorter = mapTree(gradient, (leaf) => mul(leaf, factor));
  factor.dispose();
  disposeTree(gradient);
  return shorter;
}
