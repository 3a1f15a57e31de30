/** Operations that arrange, gather and sum up numbers, and products of matrices, as ONNX has them. */
import type { DataType } from "../../engine/ops.ts";
import type { Attributes, Follow } from "../../engine/symbolic.ts";
import type { Graph } from "../../onnx/graph.ts";
import * as o from "../../onnx/operations.ts";
import { bent } from "./elementwise.ts";
import {
  type Batch,
  type Drawn,
  drawn,
  drawnFirst,
  first,
  isFirst,
  known,
  last,
  reshaped,
  shapeValue,
  turned,
  weight,
} from "./sketch.ts";

/** The entries of these operations. */
export function shapes(graph: Graph, batch: Batch): Record<string, Follow<Drawn>> {
  const reduce = (op: string): Follow<Drawn> => ({ x }, attributes) => reduced(graph, x, { op, attributes });
  return {
    BatchMatMul: ({ a, b }, { transposeA, transposeB }) => {
      const [left, right] = [flipped(graph, a, transposeA === true), flipped(graph, b, transposeB === true)];
      const batches = left.shape.length >= right.shape.length ? left : right;
      const shape = [...batches.shape.slice(0, -2), left.shape.at(-2)!, right.shape.at(-1)!];
      return drawn(o.matMul(last(graph, left), last(graph, right)), shape);
    },
    BroadcastTo: ({ x }, attributes) => {
      const shape = attributes.shape as number[];
      return drawn(graph.node("Expand", [last(graph, x), shapeValue(graph, shape, batch)]), shape, x.dtype);
    },
    Concat: (inputs, attributes) => {
      const all = Object.values(inputs);
      const rank = all[0].shape.length;
      const axis = placeOf(attributes.axis, rank);
      const shape = all[0].shape.with(axis, all.reduce((sum, x) => sum + x.shape[axis], 0));
      if (rank === 4 && all.every(isFirst)) {
        return drawnFirst(o.concat(all.map((x) => first(graph, x)), { axis: [0, 2, 3, 1][axis] }), shape);
      }
      return drawn(o.concat(all.map((x) => last(graph, x)), { axis }), shape, all[0].dtype);
    },
    ExpandDims: ({ input }, { dim }) => {
      const at = placeOf(dim, input.shape.length + 1);
      return reshaped(graph, input, { shape: [...input.shape.slice(0, at), 1, ...input.shape.slice(at)], batch });
    },
    Fill: (_, { shape, value, dtype }) => {
      const sides = shape as number[];
      const one = known(Float32Array.of(Number(value)), { shape: [], dtype: (dtype ?? "float32") as DataType });
      return drawn(graph.node("Expand", [last(graph, one), shapeValue(graph, sides, batch)]), sides);
    },
    GatherV2: ({ x, indices }, { axis, batchDims }) => {
      if (Number(batchDims ?? 0) !== 0) throw new RangeError(`batchDims ${batchDims} is not known, expected 0`);
      const at = placeOf(axis ?? 0, x.shape.length);
      const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
      return drawn(graph.node("Gather", [last(graph, x), last(graph, indices)], { axis: at }), shape, x.dtype);
    },
    HouseLinear: ({ x, weight: filter, bias }, { activation }) => {
      const inputs = [x, filter, ...(bias === undefined ? [] : [bias])].map((each) => last(graph, each));
      return drawn(bent(graph.node("Gemm", inputs, { transB: 1 }), activation), [x.shape[0], filter.shape[0]]);
    },
    Identity: ({ x }) => ({ ...x }),
    LogSoftmax: ({ logits }) => drawn(graph.node("LogSoftmax", [last(graph, logits)], { axis: -1 }), logits.shape),
    Max: reduce("ReduceMax"),
    Mean: reduce("ReduceMean"),
    Min: reduce("ReduceMin"),
    MirrorPad: ({ x }, { paddings, mode }) =>
      padded(graph, x, {
        paddings: paddings as [number, number][],
        mode: mode === "reflect" ? "reflect" : "symmetric",
      }),
    OnesLike: ({ x }) =>
      drawn(graph.node("Expand", [o.constant(graph, 1), shapeValue(graph, x.shape, batch)]), x.shape),
    Pack: (inputs, { axis }) => {
      const all = Object.values(inputs);
      const at = placeOf(axis, all[0].shape.length + 1);
      const shape = [...all[0].shape.slice(0, at), 1, ...all[0].shape.slice(at)];
      const values = all.map((x) => last(graph, reshaped(graph, x, { shape, batch })));
      return drawn(o.concat(values, { axis: at }), shape.with(at, all.length), all[0].dtype);
    },
    PadV2: ({ x }, { paddings, constantValue }) =>
      padded(graph, x, { paddings: paddings as [number, number][], mode: "constant", value: Number(constantValue) }),
    Reshape: ({ x }, attributes) => reshaped(graph, x, { shape: sidesOf(x, attributes.shape as number[]), batch }),
    Slice: ({ x }, { begin, size }) => {
      const shape = x.shape.map((side, axis) => {
        const given = (size as number[])[axis];
        return given === -1 || given === undefined ? side - ((begin as number[])[axis] ?? 0) : given;
      });
      return cut(graph, x, { begin: begin as number[], shape, batch });
    },
    Softmax: ({ logits }) => drawn(o.softmax(last(graph, logits)), logits.shape),
    SplitV: ({ x }, { numOrSizeSplits, axis }) => {
      const at = placeOf(axis ?? 0, x.shape.length);
      const sizes = Array.isArray(numOrSizeSplits)
        ? numOrSizeSplits as number[]
        : Array<number>(numOrSizeSplits as number).fill(x.shape[at] / (numOrSizeSplits as number));
      let from = 0;
      return sizes.map((size) => {
        const begin = x.shape.map((_, axis) => axis === at ? from : 0);
        from += size;
        return cut(graph, x, { begin, shape: x.shape.with(at, size), batch });
      });
    },
    Sum: reduce("ReduceSum"),
    Tile: ({ x }, { reps }) => {
      const times = reps as number[];
      const shape = x.shape.map((side, i) => side * times[i]);
      return drawn(graph.node("Tile", [last(graph, x), shapeValue(graph, times, batch)]), shape, x.dtype);
    },
    Transpose: ({ x }, attributes) => {
      const perm = attributes.perm as number[];
      const shape = perm.map((axis) => x.shape[axis]);
      if (isFirst(x) && perm.join() === "0,3,1,2") return drawn(first(graph, x), shape, x.dtype);
      return drawn(o.transpose(last(graph, x), perm), shape, x.dtype);
    },
    Unpack: ({ value: x }, { axis }) => {
      const at = placeOf(axis ?? 0, x.shape.length);
      return Array.from({ length: x.shape[at] }, (_, i) => {
        const begin = x.shape.map((_, axis) => axis === at ? i : 0);
        const one = cut(graph, x, { begin, shape: x.shape.with(at, 1), batch });
        return reshaped(graph, one, { shape: x.shape.toSpliced(at, 1), batch });
      });
    },
    ZerosLike: ({ x }) =>
      drawn(graph.node("Expand", [o.constant(graph, 0), shapeValue(graph, x.shape, batch)]), x.shape),
  };
}

/** The last two axes exchanged, where asked for. */
function flipped(graph: Graph, x: Drawn, isAsked: boolean): Drawn {
  if (!isAsked) return x;
  const rank = x.shape.length;
  const shape = [...x.shape.slice(0, -2), x.shape[rank - 1], x.shape[rank - 2]];
  if (x.numbers !== null && rank === 2) {
    return drawn(weight(graph, x, shape, turned(x.numbers, x.shape)), shape, x.dtype);
  }
  const perm = [...x.shape.keys()].slice(0, -2).concat(rank - 1, rank - 2);
  return drawn(o.transpose(last(graph, x), perm), shape, x.dtype);
}

/** Sums, means and extremes along axes. */
function reduced(graph: Graph, x: Drawn, { op, attributes }: { op: string; attributes: Attributes }): Drawn {
  const given = attributes.axis ?? attributes.reductionIndices;
  const rank = x.shape.length;
  const axes = (given === null || given === undefined ? [...x.shape.keys()] : [given].flat() as number[])
    .map((axis) => placeOf(axis, rank));
  const keeps = attributes.keepDims === true;
  const shape = x.shape.flatMap((side, axis) => !axes.includes(axis) ? [side] : keeps ? [1] : []);
  const stays = isFirst(x) && axes.toSorted().join() === "1,2";
  const value = stays ? first(graph, x) : last(graph, x);
  const places = stays ? [2, 3] : axes;
  const keepdims = keeps ? 1 : 0;
  // of version 17 the sum alone takes its axes as an input
  const made = op === "ReduceSum"
    ? graph.node(op, [value, o.wholes(graph, places)], { keepdims })
    : graph.node(op, [value], { axes: places, keepdims });
  return stays && keeps ? drawnFirst(made, shape, x.dtype) : drawn(made, shape, x.dtype);
}

/** A part of a tensor. */
function cut(
  graph: Graph,
  x: Drawn,
  { begin, shape, batch }: {
    readonly begin: readonly number[];
    readonly shape: readonly number[];
    readonly batch: Batch;
  },
): Drawn {
  const axes = [...x.shape.keys()].filter((axis) => shape[axis] !== x.shape[axis]);
  if (axes.length === 0) return { ...x };
  if (axes.some((axis) => x.shape[axis] % batch.size === 0)) throw new RangeError("it takes some of the images alone");
  const inputs = [begin, begin.map((from, axis) => from + shape[axis])].map((places) =>
    o.wholes(graph, axes.map((axis) => places[axis]))
  );
  return drawn(graph.node("Slice", [last(graph, x), ...inputs, o.wholes(graph, axes)]), shape, x.dtype);
}

/** Something around a tensor. */
function padded(
  graph: Graph,
  x: Drawn,
  { paddings, mode, value = 0 }: {
    readonly paddings: readonly (readonly [number, number])[];
    readonly mode: "constant" | "reflect" | "symmetric";
    readonly value?: number;
  },
): Drawn {
  if (mode === "symmetric") throw new RangeError('the mode "symmetric" has no counterpart, expected "reflect"');
  const shape = x.shape.map((side, i) => side + paddings[i][0] + paddings[i][1]);
  const pads = o.wholes(graph, [...paddings.map(([before]) => before), ...paddings.map(([, behind]) => behind)]);
  const inputs = [last(graph, x), pads, ...(mode === "constant" ? [o.constant(graph, value)] : [])];
  return drawn(graph.node("Pad", inputs, { mode }), shape, x.dtype);
}

/** An axis counted from the first. */
function placeOf(axis: unknown, rank: number): number {
  return Number(axis) < 0 ? Number(axis) + rank : Number(axis);
}

/** Sides of which one may be −1: what is left. */
function sidesOf(x: Drawn, shape: readonly number[]): number[] {
  const all = x.shape.reduce((product, side) => product * side, 1);
  const others = shape.reduce((product, side) => side === -1 ? product : product * side, 1);
  return shape.map((side) => side === -1 ? all / others : side);
}
