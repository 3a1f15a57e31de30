import { torchShape } from "../engine/layout.ts";
import { entries, type Tree } from "../engine/tree.ts";
import { layersText } from "../report/layers.ts";
import type { TextOptions } from "../report/text.ts";

/**
 * The table of a network's layers as text: names and shapes as checkpoints have them, in PyTorch's order of axes, and
 * the number of parameters.
 *
 * @param params a tree of tensors, which it leaves as it is
 */
export function description(params: Tree, options: TextOptions = {}): string {
  return layersText(entries(params).map(([name, { shape }]) => ({ name, shape: torchShape(shape) })), options);
}

/** Prints the table of a network's layers, in a terminal or under a cell of a notebook. */
export function describe(params: Tree, options: TextOptions = {}): void {
  // deno-lint-ignore no-console -- printing is what is asked for
  console.log(description(params, options));
}
