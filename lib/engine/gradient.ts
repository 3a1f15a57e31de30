import { type Scalar, type Tensor, variableGradients } from "./ops.ts";
import { entries, fill, type Tree } from "./tree.ts";

/** A value and the gradient of it: a tree like the parameters. */
export interface ValueAndGradient<T extends Tree, Aux> {
  readonly value: Scalar;
  readonly gradient: T;
  /** What the function returned beside its value; its tensors are kept. */
  readonly aux: Aux;
}

/**
 * The value of a function of a tree and its gradient with respect to every leaf.
 *
 * A leaf that the value does not depend on gets zeros.
 *
 * @param objective returns the scalar to differentiate and, beside it, a record of tensors to keep
 * @returns tensors that the caller owns
 */
export function valueAndGradient<T extends Tree, Aux extends Readonly<Record<string, Tensor>>>(
  objective: (params: T) => { value: Scalar; aux: Aux },
  params: T,
): ValueAndGradient<T, Aux> {
  const paths = entries(params);
  const { value, gradients, aux } = variableGradients(
    (leaves) => objective(fill(params, new Map(paths.map(([path], i) => [path, leaves[i]])))),
    paths.map(([, tensor]) => tensor),
  );
  return { value, gradient: fill(params, new Map(paths.map(([path], i) => [path, gradients[i]]))), aux };
}
