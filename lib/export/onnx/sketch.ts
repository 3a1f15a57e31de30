/** Tensors of a network that is being written as ONNX: numbers that are known, or values of the graph. */
// N images · H, W height and width · C channels
import type { DataType } from "../../engine/ops.ts";
import type { Sketch } from "../../engine/symbolic.ts";
import type { Graph, Value } from "../../onnx/graph.ts";
import type { Elements } from "../../onnx/types.ts";
import { reshape, transpose, wholes } from "../../onnx/operations.ts";

/** Numbers of a parameter or constant. */
export type Numbers = Float32Array | Int32Array | Uint8Array;

/**
 * A tensor on its way into a graph. Maps of images have two orders of axes: the house's, channels last, and ONNX's. Each
 * is made of the other where an operation asks for it, once.
 */
export interface Drawn extends Sketch {
  /** In the house's order of axes; null: it is a value of the graph. */
  readonly numbers: Numbers | null;
  /** What the file calls a parameter; null: it is none. */
  readonly name: string | null;
  /** In the house's order of axes. */
  last: Value | null;
  /** [N, C, H, W], of rank 4 alone. */
  first: Value | null;
}

/** How large a side of the graph is that depends on the number of images: a multiple of this. */
export interface Batch {
  /** A prime that divides no other side. */
  readonly size: number;
  /** Of which the number of images is the first side. */
  readonly images: Value;
}

/** A value of the graph, in the house's order of axes. */
export function drawn(last: Value, shape: readonly number[], dtype: DataType = "float32"): Drawn {
  return { shape, dtype, numbers: null, name: null, last, first: null };
}

/** A value of the graph in ONNX's order of axes; `shape` is the house's. */
export function drawnFirst(first: Value, shape: readonly number[], dtype: DataType = "float32"): Drawn {
  return { shape, dtype, numbers: null, name: null, last: null, first };
}

/** Numbers that are known. */
export function known(numbers: Numbers, { shape, dtype }: Sketch, name: string | null = null): Drawn {
  return { shape, dtype, numbers, name, last: null, first: null };
}

/** The value of a tensor in the house's order of axes. */
export function last(graph: Graph, x: Drawn): Value {
  if (x.last === null && x.numbers !== null) x.last = weight(graph, x, x.shape, x.numbers);
  return x.last ??= transpose(x.first!, [0, 2, 3, 1]);
}

/** The value of maps in ONNX's order of axes. */
export function first(graph: Graph, x: Drawn): Value {
  return x.first ??= transpose(last(graph, x), [0, 3, 1, 2]);
}

/** Numbers as a weight of the graph, under another shape or order than a tensor's own. */
export function weight(graph: Graph, { name, dtype }: Drawn, shape: readonly number[], numbers: Numbers): Value {
  return graph.weight({ shape, data: numbers, ...(dtype === "bool" ? { type: "bool" } : {}) }, name ?? undefined);
}

/** Whether maps stand in ONNX's order of axes alone, so that what follows should take them so. */
export function isFirst({ first, last }: Drawn): boolean {
  return first !== null && last === null;
}

/** A tensor's numbers, for an operation that needs to know them. */
export function numbersOf(x: Drawn, what: string): Numbers {
  if (x.numbers !== null) return x.numbers;
  throw new RangeError(`${what} depend on the images, expected parameters`);
}

/**
 * The same numbers under another shape.
 *
 * @throws {RangeError} when two sides depend on the number of images
 */
export function reshaped(graph: Graph, x: Drawn, { shape, batch }: { shape: readonly number[]; batch: Batch }): Drawn {
  if (x.numbers !== null) return known(x.numbers, { shape, dtype: x.dtype }, x.name);
  if (`${shape}` === `${x.shape}`) return { ...x };
  const free = shape.filter((side) => side % batch.size === 0).length;
  if (free > 1) throw new RangeError(`two sides of [${shape.join(", ")}] depend on the number of images`);
  const sides = shape.map((side) => side % batch.size === 0 ? -1 : side);
  return drawn(reshape(last(graph, x), sides), shape, x.dtype);
}

/** A shape as the graph computes it, int64: sides that depend on the number of images follow it. */
export function shapeValue(graph: Graph, shape: readonly number[], { size, images }: Batch): Value {
  if (!shape.some((side) => side % size === 0)) return wholes(graph, shape);
  const count = graph.node("Slice", [
    graph.node("Shape", [images]),
    wholes(graph, [0]),
    wholes(graph, [1]),
    wholes(graph, [0]),
  ]);
  const sides = shape.map((side) => {
    if (side % size !== 0) return wholes(graph, [side]);
    return side === size ? count : graph.node("Mul", [count, wholes(graph, [side / size])]);
  });
  return graph.node("Concat", sides, { axis: 0 });
}

/** A matrix of numbers with its axes exchanged. */
export function turned(numbers: Numbers, [rows, columns]: readonly number[]): Float32Array {
  const out = new Float32Array(numbers.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j * rows + i] = numbers[i * columns + j];
  }
  return out;
}

/** A filter [h, w, I, O] as ONNX has it, [O, I, h, w]; of a depthwise one [h, w, C, 1] → [C, 1, h, w]. */
export function filterOf(
  x: Drawn,
  { depthwise }: { readonly depthwise: boolean },
): { shape: number[]; data: Elements } {
  const [h, w, i, o] = x.shape;
  const numbers = numbersOf(x, "filters");
  const data = new Float32Array(numbers.length);
  for (let place = 0; place < h * w; place++) {
    for (let a = 0; a < i; a++) {
      for (let b = 0; b < o; b++) {
        data[(depthwise ? a * o + b : b * i + a) * h * w + place] = numbers[(place * i + a) * o + b];
      }
    }
  }
  return { shape: depthwise ? [i * o, 1, h, w] : [o, i, h, w], data };
}
