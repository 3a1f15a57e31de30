import { type NamedAttrMap, type TensorInfo, util } from "@tensorflow/tfjs-core";
import { type KernelTable, type Machine, reduce, shared, sizeOf } from "./machine.ts";

/** Rows that are worth a partial sum of their own. */
const least = 128;

/** Sums over any axes, over segments, and the identity. */
export function sumKernels(machine: Machine): KernelTable {
  const { heap, threads } = machine;

  /** Sums over the middle axis of [outer, rows, c]. */
  const sumOver = (from: number, [outer, rows, c]: number[], to: number): void => {
    const operations = outer * rows * c;
    const cut = { items: rows, operations, to: [{ address: to, size: c }] };
    if (c === 1 && outer === 1) reduce(machine, "totalSum", (sums) => [from, sums], { ...cut, least: 16 * least });
    else if (c === 1) threads.run("rowSums", [from, rows, to], shared(machine, outer, { operations }));
    else if (outer === 1) reduce(machine, "columnSums", (sums) => [from, c, sums], { ...cut, least });
    else threads.run("middleSums", [from, rows, c, to], shared(machine, outer, { operations }));
  };

  const sums = (x: TensorInfo, attributes: NamedAttrMap): TensorInfo | null => {
    if (x.dtype !== "float32" || sizeOf(x.shape) === 0) return null;
    const axes = util.parseAxisParam(attributes.axis as number[], x.shape);
    const kept = x.shape.map((n, i) => axes.includes(i) ? 1 : n);
    const y = heap.output(attributes.keepDims === true ? kept : x.shape.filter((_, i) => !axes.includes(i)));
    const steps = summedGroups(x.shape, axes);
    let from = heap.address(x);
    for (const [i, step] of steps.entries()) {
      const last = i === steps.length - 1;
      const to = last ? heap.address(y) : heap.allocate(4 * step[0] * step[2]);
      sumOver(from, step, to);
      if (i > 0) heap.free(from);
      from = to;
    }
    return y;
  };

  return {
    Sum: ({ x }, attributes, stock) => {
      if (sizeOf(x.shape) > 0 || x.dtype !== "float32") return sums(x, attributes) ?? stock();
      // the stock kernel leaves what was in the memory
      const y = stock() as TensorInfo;
      const items = sizeOf(y.shape);
      threads.run("fill", [0, heap.address(y)], { items, per: Math.max(1, items), alone: true });
      return y;
    },
    Mean: ({ x }, attributes, stock) => {
      const y = sums(x, attributes);
      if (y === null) return stock();
      const items = sizeOf(y.shape);
      const constants = [heap.address(y), items / sizeOf(x.shape)];
      threads.run("scale", constants, { items, per: items, alone: true });
      return y;
    },
    // the stock kernel copies; nothing in the house writes into a tensor that another could share
    Identity: ({ x }) => heap.share(x, x.shape),
    UnsortedSegmentSum: ({ x, segmentIds }, attributes) => {
      const segments = attributes.numSegments as number;
      const rows = sizeOf(segmentIds.shape);
      const y = heap.output([segments, ...x.shape.slice(segmentIds.shape.length)]);
      const c = sizeOf(y.shape.slice(1));
      const addresses = [x, segmentIds].map(heap.address);
      const work = shared(machine, c, { operations: rows * c, quantum: 16 });
      threads.run("segmentSums", [...addresses, rows, c, segments, heap.address(y)], work);
      return y;
    },
  };
}

/** Sums over axes as sums over the middle of [outer, rows, C], the last axes first, one for each group of neighbours. */
function summedGroups(shape: readonly number[], axes: readonly number[]): number[][] {
  const steps: number[][] = [];
  let c = 1, rows = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const summed = axes.includes(i);
    if (summed) rows *= shape[i];
    if (rows > 1 && (!summed || i === 0)) {
      steps.push([sizeOf(shape.slice(0, summed ? i : i + 1)), rows, c]);
      rows = 1;
    }
    if (!summed) c *= shape[i];
  }
  return steps.length === 0 ? [[1, 1, sizeOf(shape)]] : steps;
}
