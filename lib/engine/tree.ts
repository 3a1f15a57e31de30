import type { Tensor } from "./ops.ts";

/**
 * Parameters: nested plain objects and arrays of tensors, whose dotted paths are the checkpoint's keys.
 *
 * @internal
 */
export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree };

/** Leaves by dotted path, in the tree's order. */
export type Leaves = ReadonlyMap<string, Tensor>;

/** Every leaf with its dotted path, in the order of the tree. */
export function entries(tree: Tree): [string, Tensor][] {
  const found: [string, Tensor][] = [];
  walk(tree, "", (path, tensor) => found.push([path, tensor]));
  return found;
}

/** A tree of the same shape; `change` sees each leaf and its path. */
export function mapTree<T extends Tree>(tree: T, change: (tensor: Tensor, path: string) => Tensor): T {
  return map(tree, "", change) as T;
}

/** A tree like `template` with the leaves of `leaves`; every path must be there. */
export function fill<T extends Tree>(template: T, leaves: Leaves): T {
  return mapTree(template, (_, path) => {
    const leaf = leaves.get(path);
    if (leaf === undefined) throw new TypeError(`Cannot fill the tree: no tensor "${path}" among ${leaves.size}`);
    return leaf;
  });
}

/** A tree without inner ones: leaves under their dotted paths, so that {@linkcode entries} names them alike. */
export type FlatTree = { readonly [path: string]: Tensor };

/** A tree's leaves in two: those whose path is wanted, and the others. */
export function partition(tree: Tree, wanted: (path: string) => boolean): [FlatTree, FlatTree] {
  const all = entries(tree);
  return [
    Object.fromEntries(all.filter(([path]) => wanted(path))),
    Object.fromEntries(all.filter(([path]) => !wanted(path))),
  ];
}

/** A tree like `template` of the leaves of several flat ones, the opposite of {@linkcode partition}. */
export function combine<T extends Tree>(template: T, ...parts: readonly FlatTree[]): T {
  return fill(template, new Map(parts.flatMap((part) => Object.entries(part))));
}

/** Frees every leaf. */
export function disposeTree(tree: Tree): void {
  for (const [, tensor] of entries(tree)) tensor.dispose();
}

/** Number of values in all leaves. */
export function sizeOf(tree: Tree): number {
  return entries(tree).reduce((sum, [, tensor]) => sum + tensor.size, 0);
}

function isTensor(tree: Tree): tree is Tensor {
  return "dataId" in tree;
}

function walk(tree: Tree, path: string, visit: (path: string, tensor: Tensor) => void): void {
  if (isTensor(tree)) return visit(path, tree);
  for (const [key, inner] of Object.entries(tree)) walk(inner, path === "" ? key : `${path}.${key}`, visit);
}

function map(tree: Tree, path: string, change: (tensor: Tensor, path: string) => Tensor): Tree {
  if (isTensor(tree)) return change(tree, path);
  const inner = (key: string | number) => path === "" ? `${key}` : `${path}.${key}`;
  if (Array.isArray(tree)) return tree.map((item, i) => map(item, inner(i), change));
  return Object.fromEntries(Object.entries(tree).map(([key, item]) => [key, map(item, inner(key), change)]));
}
