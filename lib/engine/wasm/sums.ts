import { type NamedAttrMap, type TensorInfo, util } from "@tensorflow/tfjs-core";
import { type KernelTable, type Machine, reduce, shared, sizeOf } from "./machine.ts";

/** Rows that are worth a partial sum of their own. */
const least = 128;

/** Sums over leading or middle axes, over segments, and the identity. */
export function sumKernels(machine: Machine): KernelTable {
  const { heap, threads } = machine;

  /** Sums over neighbouring axes before the last; along the last the stock kernel is good enough. */
  const sums = (x: TensorInfo, attributes: NamedAttrMap): TensorInfo | null => {
    const axes = [...util.parseAxisParam(attributes.axis as number[], x.shape)].sort((a, b) => a - b);
    const rank = x.shape.length;
    const [first, last] = [axes[0], axes[axes.length - 1]];
    const neighbours = last - first === axes.length - 1;
    if (x.dtype !== "float32" || axes.length === 0 || !neighbours || last === rank - 1) return null;
    const outer = sizeOf(x.shape.slice(0, first));
    const rows = sizeOf(x.shape.slice(first, last + 1));
    const c = sizeOf(x.shape.slice(last + 1));
    if (outer * rows * c === 0) return null;
    const keep = attributes.keepDims === true ? axes.map(() => 1) : [];
    const y = heap.output([...x.shape.slice(0, first), ...keep, ...x.shape.slice(last + 1)]);
    const [from, to] = [heap.address(x), heap.address(y)];
    const operations = outer * rows * c;
    if (outer === 1) {
      const cut = { items: rows, least, operations, to: [{ address: to, size: c }] };
      reduce(machine, "columnSums", (partials) => [from, c, partials], cut);
    } else threads.run("middleSums", [from, rows, c, to], shared(machine, outer, { operations }));
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
    // x + a row: two additions less than broadcasting in general
    HouseAddBias: ({ x, bias }) => {
      const c = bias.shape[0];
      const rows = sizeOf(x.shape) / c;
      const y = heap.output(x.shape);
      const work = shared(machine, rows, { operations: rows * c });
      threads.run("addBias", [heap.address(x), heap.address(bias), c, heap.address(y)], work);
      return y;
    },
  };
}
