import { thousands } from "./numbers.ts";
import { alignedText, plural, type TextOptions } from "./text.ts";

/** A tensor of a network: its dotted name and its shape. */
export interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * Tensors as text for a terminal, one line a layer: `weight` and `bias` of one place stand together, each with its
 * shape, beside the number of their values. The last line has the totals; megabytes are those of float32.
 */
export function layersText(tensors: readonly NamedShape[], { width = 100 }: TextOptions = {}): string {
  const layers = Map.groupBy(tensors, ({ name }) => name.slice(0, Math.max(0, name.lastIndexOf("."))));
  const total = tensors.reduce((sum, tensor) => sum + valuesOf(tensor), 0);
  const rows = [...layers].map(([layer, members]) => ({
    layer: layer || "(top)",
    tensors: members.map(({ name, shape }) => `${name.slice(name.lastIndexOf(".") + 1)} [${shape.join(", ")}]`).join(
      "  ",
    ),
    values: thousands(members.reduce((sum, tensor) => sum + valuesOf(tensor), 0)),
  }));
  const sum = `${plural(layers.size, "layer")}, ${plural(tensors.length, "tensor")}, ${
    (total * 4 / 1e6).toFixed(1)
  } MB`;
  const all = [...rows, { layer: "total", tensors: sum, values: thousands(total) }];
  return alignedText([
    { title: "layer", cells: all.map(({ layer }) => layer), shrinks: true },
    { title: "tensors", cells: all.map(({ tensors }) => tensors), shrinks: true },
    { title: "values", cells: all.map(({ values }) => values), right: true },
  ], { width });
}

function valuesOf({ shape }: NamedShape): number {
  return shape.reduce((product, n) => product * n, 1);
}
